const HIDDEN = '[hidden]';
/** Shorter texts would hide parts of ordinary words. */
const LEAST_LENGTH = 6;
const CARRIED = /((?:[?&;\s"']|^)(?:access_token|token|key|password)=)[^&\s"'#;]+/gi;
const SCHEMES = /\b(Bearer|Basic)(\s+|%20|\+)[\w.~+/=-]+/gi;
const COOKIES = /(streamviz[\w-]*=)[^;\s"']+/gi;

/** Takes secrets out of texts: those it was told, and what stands where requests carry one. */
export class Secrets {
  readonly #known = new Set<string>();

  /** Texts of fewer than 6 characters are not taken: a password that short is hidden by its place alone. */
  add(secret: string): void {
    if (secret.length < LEAST_LENGTH) return;
    this.#known.add(secret);
    this.#known.add(encodeURIComponent(secret));
    this.#known.add(JSON.stringify(secret).slice(1, -1));
  }

  /** The text with `[hidden]` for each secret. O(length x secrets). */
  hidden(text: string): string {
    let shown = text;
    for (const secret of this.#known) shown = shown.replaceAll(secret, HIDDEN);
    return shown
      .replaceAll(CARRIED, (_all, before: string) => before + HIDDEN)
      .replaceAll(SCHEMES, (_all, scheme: string) => `${scheme} ${HIDDEN}`)
      .replaceAll(COOKIES, (_all, before: string) => before + HIDDEN);
  }
}
