import type * as Sqlite from 'node:sqlite';

/**
 * Node's SQLite, loaded when it is first asked for.
 *
 * A server without a history file never loads it, and where it is loaded Node may say that it is experimental: workers of
 * `workers.ts` are told not to.
 */
export const sqlite = (): typeof Sqlite => process.getBuiltinModule('node:sqlite');
