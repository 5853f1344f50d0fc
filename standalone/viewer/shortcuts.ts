/** What a key does on the page. */
export type Command = 'pause' | 'range' | 'refresh' | 'theme' | 'search' | 'fullscreen' | 'export' | 'help' | 'escape';

export interface Shortcut {
  readonly key: string;
  /** As a person calls the key. */
  readonly name: string;
  readonly words: string;
  readonly command: Command;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { key: ' ', name: 'Space', words: 'Pause, or back to live', command: 'pause' },
  { key: 'r', name: 'R', words: 'Choose the visible range', command: 'range' },
  { key: 'u', name: 'U', words: 'Choose how often pictures change', command: 'refresh' },
  { key: 't', name: 'T', words: 'Light, dark, as the system', command: 'theme' },
  { key: '/', name: '/', words: 'Search widgets', command: 'search' },
  { key: 'f', name: 'F', words: 'Full screen of the focused widget', command: 'fullscreen' },
  { key: 'e', name: 'E', words: 'Export the focused widget', command: 'export' },
  { key: '?', name: '?', words: 'These shortcuts', command: 'help' },
  { key: 'Escape', name: 'Esc', words: 'Close, or end a zoom', command: 'escape' },
];

/** What pointer and keys do over a chart. */
export const GESTURES: readonly { readonly name: string; readonly words: string }[] = [
  { name: 'Drag', words: 'Zoom into a time' },
  { name: 'Shift + drag, sideways wheel', words: 'Move in time' },
  { name: 'Ctrl + wheel', words: 'Zoom' },
  { name: 'Double click', words: 'Back to live' },
  { name: '← →', words: 'Read sample by sample' },
];

interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * The command of a key, or null: keys with Ctrl, Cmd or Alt are the browser's, and while a text is typed only Escape counts.
 * Space on a button presses the button.
 */
export function commandOf(
  event: PressedKey,
  on: { readonly isTyping: boolean; readonly isButton: boolean },
): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (on.isTyping && event.key !== 'Escape') return null;
  if (on.isButton && event.key === ' ') return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return SHORTCUTS.find((shortcut) => shortcut.key === key)?.command ?? null;
}
