import { type Command, commandOf } from './shortcuts.ts';

/** Runs the command of a key until `signal` aborts; what `run` did (true) the browser does not do again. Open dialogs have the keys for themselves. */
export function listenKeys(root: HTMLElement, run: (command: Command) => boolean, signal: AbortSignal): void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || root.querySelector('dialog[open]') !== null) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    const isTyping = target !== null && (target.matches('input, textarea, select') || target.isContentEditable);
    const isButton = target?.closest('button, a, [role="menuitem"]') != null;
    const command = commandOf(event, { isTyping, isButton });
    if (command !== null && run(command)) event.preventDefault();
  };
  document.addEventListener('keydown', onKey, { signal });
}
