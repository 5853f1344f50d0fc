/** The memory of a browser; `localStorage` fits. */
export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** The browser's memory, or null where the page may not use it. */
export function browserStore(): KeyStore | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // forbidden by the user's browser settings: what is kept is kept for this page only
  }
}
