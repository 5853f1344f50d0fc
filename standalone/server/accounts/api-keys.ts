import { createHash } from 'node:crypto';

/** What somebody may do: read data and connect as a viewer, or send data. */
export type Permission = 'view' | 'send';
/** `all` is both. */
export type Role = Permission | 'all';

export interface ApiKey {
  readonly name: string;
  readonly role: Permission;
  /** Random, so that a hash without salt keeps it. */
  readonly key: string;
}

/** The keys of programs. Looked up by hash, so that the time it takes says nothing of any key. */
export class ApiKeys {
  readonly #keys: ReadonlyMap<string, ApiKey>;

  constructor(keys: readonly ApiKey[]) {
    this.#keys = new Map(keys.map((key) => [hashOf(key.key), key]));
  }

  get size(): number {
    return this.#keys.size;
  }

  /** The key that a text is, null where it is none. */
  find(text: string): ApiKey | null {
    return this.#keys.get(hashOf(text)) ?? null;
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
