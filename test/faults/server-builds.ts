/** The server as one file, whole or with one deliberate fault that the laboratory must find. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { serverBundle } from '../../scripts/server-bundle.ts';
import { root } from '../../scripts/setup.mjs';

/** One place of the source that says something else. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const DELIBERATE = {
  /** Every 40th message is acknowledged with the next one, and never applied. */
  'acknowledges what it does not hold': [
    {
      file: 'standalone/server/hub/producer-seat.ts',
      from: 'const { header, buffers } = decodeFrame(own);',
      to: 'const { header, buffers } = decodeFrame(own); if (Number(header.seq) % 40 === 39) return;',
    },
  ],
  /** Every 40th message is not told to viewers. */
  'leaves messages out': [
    {
      file: 'standalone/server/ws/viewer-hall.ts',
      from: 'if (viewer.isSubscribed) viewer.applied(session);',
      to: 'if (viewer.isSubscribed && session.seq % 40 !== 39) viewer.applied(session);',
    },
  ],
  /** With history on disk: what waits to be written is acknowledged already. */
  'acknowledges before it is on disk': [
    {
      file: 'standalone/server/hub/producer-seat.ts',
      from: 'seq: this.#live.acknowledged }',
      to: 'seq: this.#live.seq }',
    },
    {
      file: 'standalone/server/history/history-writer.ts',
      from: 'const GATHER_MS = 5;',
      to: 'const GATHER_MS = 1500;',
    },
  ],
  /** Some messages are applied twice. */
  'counts some messages twice': [
    {
      file: 'standalone/server/hub/live-session.ts',
      from: 'this.#note(message, store.document !== before);',
      to: 'this.#note(message, store.document !== before); if (message.seq % 40 === 39) store.apply({ ...message, results: null });',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Edit[]>>;

export type DeliberateName = keyof typeof DELIBERATE;

/** Bundled servers of one run; `close` removes them. */
export class ServerBuilds {
  readonly #folder = mkdtempSync(join(tmpdir(), 'streamviz-faults-server-'));
  readonly #made = new Map<string, Promise<string>>();

  /** Path of a server with this fault, null: of the server as it is. Built once. */
  path(fault: DeliberateName | null): Promise<string> {
    const name = fault ?? 'server';
    let made = this.#made.get(name);
    if (made === undefined) {
      made = this.#build(fault, join(this.#folder, `${name.replaceAll(' ', '-')}.mjs`));
      this.#made.set(name, made);
    }
    return made;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #build(fault: DeliberateName | null, outfile: string): Promise<string> {
    const options = serverBundle(outfile, '0.1.0');
    if (fault === null) {
      await build(options);
      return outfile;
    }
    const edits: readonly Edit[] = DELIBERATE[fault];
    const plugin = {
      name: 'deliberate-fault',
      setup: ({ onLoad }: Parameters<NonNullable<typeof options.plugins>[number]['setup']>[0]) => {
        for (const edit of edits) {
          const contents = edited(edit);
          const filter = new RegExp(`${edit.file.replace(/[/.]/g, '\\$&')}$`);
          onLoad({ filter }, () => ({ contents, loader: 'ts' as const }));
        }
      },
    };
    await build({ ...options, plugins: [...(options.plugins ?? []), plugin] });
    return outfile;
  }
}

/** The text of a file with the fault in it. @throws Error where the source has changed so that the fault has no place any more. */
function edited({ file, from, to }: Edit): string {
  const source = readFileSync(join(root, file), 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not say, once: ${from}`);
  return source.replace(from, to);
}
