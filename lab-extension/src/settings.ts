/**
 * The user's settings as plain values, always complete: whatever the host has or lacks, each value is one that the schema allows.
 */
import type { Signal } from './host.ts';

/** See schema/panel.json, which says what each one means. */
export interface Settings {
  readonly side: 'left' | 'right';
  readonly mode: 'compact' | 'full';
  readonly follow: 'front' | 'stay';
  /** Draws a second at most; 0: every frame. */
  readonly redrawPerSec: number;
  readonly stillsOnSave: boolean;
  readonly restoreLostOutputs: boolean;
  readonly saveNewOutputs: boolean;
}

/** What holds where the host has no settings. Equal to the defaults of the schema. */
export const DEFAULT_SETTINGS: Settings = {
  side: 'right',
  mode: 'compact',
  follow: 'front',
  redrawPerSec: 0,
  stillsOnSave: true,
  restoreLostOutputs: true,
  saveNewOutputs: false,
};

/** The part of the host's settings of one plugin that is used. */
export interface HostSettings {
  readonly composite: Readonly<Record<string, unknown>>;
  readonly changed: Signal<unknown, void>;
  set(key: string, value: string | number | boolean): Promise<void>;
}

const oneOf = <T extends string>(value: unknown, known: readonly T[], otherwise: T): T =>
  known.find((word) => word === value) ?? otherwise;
const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);

/** Reads settings; what is missing or of another kind becomes its default, a rate is clamped to 0..60. */
export function parseSettings(raw: Readonly<Record<string, unknown>>): Settings {
  const { redrawPerSec } = raw;
  const usable = typeof redrawPerSec === 'number' && Number.isFinite(redrawPerSec);
  return {
    side: oneOf(raw.side, ['left', 'right'], DEFAULT_SETTINGS.side),
    mode: oneOf(raw.mode, ['compact', 'full'], DEFAULT_SETTINGS.mode),
    follow: oneOf(raw.follow, ['front', 'stay'], DEFAULT_SETTINGS.follow),
    redrawPerSec: usable ? Math.min(60, Math.max(0, redrawPerSec)) : DEFAULT_SETTINGS.redrawPerSec,
    stillsOnSave: flag(raw.stillsOnSave, DEFAULT_SETTINGS.stillsOnSave),
    restoreLostOutputs: flag(raw.restoreLostOutputs, DEFAULT_SETTINGS.restoreLostOutputs),
    saveNewOutputs: flag(raw.saveNewOutputs, DEFAULT_SETTINGS.saveNewOutputs),
  };
}

/**
 * The settings now and after each change. Before the host's settings have come, and where there are none, the defaults hold; what is
 * set then lasts as long as the page.
 */
export class LiveSettings {
  #current = DEFAULT_SETTINGS;
  #host: HostSettings | null = null;
  readonly #listeners = new Set<(settings: Settings) => void>();

  get current(): Settings {
    return this.#current;
  }

  /** Takes over the host's settings and follows them. */
  attach(host: HostSettings): void {
    this.#host = host;
    host.changed.connect(() => this.#become(parseSettings(host.composite)));
    this.#become(parseSettings(host.composite));
  }

  /** Changes one setting here at once, and for later pages where the host keeps settings. A host that fails to keep it is ignored. */
  set<K extends keyof Settings>(key: K, value: Settings[K]): void {
    this.#become({ ...this.#current, [key]: value });
    this.#host?.set(key, value).catch(() => undefined); // a read-only settings folder: this page still has the value
  }

  /** Calls back after each change. Returns the way to stop. */
  watch(listener: (settings: Settings) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #become(next: Settings): void {
    const same = (Object.keys(next) as (keyof Settings)[]).every((key) => next[key] === this.#current[key]);
    if (same) return;
    this.#current = next;
    for (const listener of [...this.#listeners]) listener(next);
  }
}
