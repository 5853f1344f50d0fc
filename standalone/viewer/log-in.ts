import type { SocketState } from '../../src/transport/socket-state.ts';

/** Whether the server asks this page's person to log in, at first or again. */
export function isLoggedOut(state: SocketState): boolean {
  return state.kind === 'refused' && (state.code === 'LOGIN_MISSING' || state.code === 'LOGIN_ENDED');
}

let isLeaving = false;

/** Leaves for the log-in page, which leads back to the same view; further calls change nothing. What was shown does not stay on the screen. */
export function goToLogIn(): void {
  if (isLeaving) return;
  isLeaving = true;
  // A browser may keep the page as it was and bring it back.
  window.addEventListener(
    'pageshow',
    () => {
      isLeaving = false;
    },
    { once: true },
  );
  location.replace(`login${location.search}`);
}

/** Ends the log-in of this browser: its other tabs are led away too. */
export function logOut(): void {
  // Where the server is gone there is nothing to end, and the log-in page says that it does not answer.
  fetch('logout', { method: 'POST', redirect: 'manual' }).then(goToLogIn, goToLogIn);
}
