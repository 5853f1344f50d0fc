/** What the commands act on, read anew at each look: the panel's switches and the notebook or console that it follows. */
import type { CommandTarget } from './commands.ts';
import type { Feed } from './feeds.ts';
import type { HostSessionContext } from './host.ts';

export interface TargetParts {
  readonly isVisible: () => boolean;
  readonly area: { toggle(): void };
  readonly switches: {
    readonly mode: 'compact' | 'full';
    readonly pinned: boolean;
    readonly paused: boolean;
    toggleMode(): void;
    togglePin(): void;
    togglePause(): void;
  };
  readonly followed: {
    readonly current: {
      readonly title: { readonly label: string };
      readonly sessionContext: HostSessionContext;
    } | null;
  };
  readonly feeds: { open(context: HostSessionContext): Feed };
  readonly download: (name: string, text: string) => void;
}

export function commandTarget({ isVisible, area, switches, followed, feeds, download }: TargetParts): CommandTarget {
  return {
    download,
    panel: {
      get isVisible() {
        return isVisible();
      },
      get mode() {
        return switches.mode;
      },
      get pinned() {
        return switches.pinned;
      },
      get paused() {
        return switches.paused;
      },
      toggle: () => area.toggle(),
      toggleMode: () => switches.toggleMode(),
      togglePin: () => switches.togglePin(),
      togglePause: () => switches.togglePause(),
    },
    get followed() {
      const { current } = followed;
      if (current === null) return null;
      const { sessionContext, title } = current;
      return { name: title.label, kernel: sessionContext.session?.kernel ?? null, feed: feeds.open(sessionContext) };
    },
  };
}
