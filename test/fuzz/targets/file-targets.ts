/** What is read from files, command lines and starters: saved sessions, documents, options, the files of other servers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from '../../../src/dashboard/document.ts';
import { EpochStore } from '../../../src/session/epoch-store.ts';
import { restoreSession, saveSession } from '../../../src/session/session-state.ts';
import { packTables, unpackTables } from '../../../src/session/state-pack.ts';
import { decodeState, encodeState } from '../../../src/wire/state-arrow.ts';
import { KeptPorts } from '../../../standalone/server/life/kept-ports.ts';
import { RuntimeFile } from '../../../standalone/server/life/runtime-file.ts';
import { parseArguments, parseOptionsObject } from '../../../standalone/server/options.ts';
import type { SeededRandom } from '../../faults/seeded-random.ts';
import { mutatedBytes } from '../bytes-mutation.ts';
import { Accepted, type FuzzTarget } from '../fuzz-target.ts';
import { mutatedJson } from '../json-mutation.ts';
import { mutatedText } from '../text-mutation.ts';
import { HISTORIES } from './valid-messages.ts';

const environment = { now: () => 50_000, limits: { cellLimit: 40 } };

/** What a server saves of sessions with windows, tables and holes. */
const STATES: readonly Uint8Array[] = HISTORIES.flatMap(({ epoch, messages }) => {
  const store = new EpochStore({ session: 'kernel-1', epochId: epoch.id, ...environment });
  const saved: Uint8Array[] = [];
  for (const [i, message] of messages.entries()) {
    if (i % 7 !== 6) store.apply(message);
    if (i % 10 === 9) saved.push(saveSession(store));
  }
  return saved;
});

const EDGES = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 0.5, 1e300, 2 ** 31, 2 ** 53, 1e6];

/** A state in which a number of a table, a length, a name or an entry of a column is another one. */
function mutatedState(random: SeededRandom, state: Uint8Array): Uint8Array {
  const tables = unpackTables(decodeState(state)).map((table) => ({ ...table, columns: { ...table.columns } }));
  for (let changes = random.pick([1, 1, 2, 4]); changes > 0; changes -= 1) {
    const at = random.whole(0, tables.length - 1);
    const table = tables[at]!;
    const names = Object.keys(table.columns);
    const how = random.whole(0, 9);
    if (how === 0) tables.splice(at, 1);
    else if (how <= 4 || names.length === 0)
      tables[at] = { ...table, meta: mutatedJson(random, table.meta) as typeof table.meta };
    else {
      const name = random.pick(names);
      const column = table.columns[name]!;
      const copy = column.slice();
      if (how === 5) delete table.columns[name];
      else if (how === 6)
        for (const one of names) table.columns[one] = table.columns[one]!.slice(0, column.length >> 1);
      else if (copy instanceof Float64Array) {
        if (copy.length > 0) copy[random.whole(0, copy.length - 1)] = random.pick(EDGES);
        table.columns[name] = copy;
      } else if (copy.length > 0) {
        const i = random.whole(0, copy.length - 1);
        const was = copy[i];
        if (was instanceof Uint8Array) (copy as unknown[])[i] = mutatedBytes(random, was);
        else if (typeof was === 'string') (copy as unknown[])[i] = mutatedText(random, was);
        table.columns[name] = copy;
      }
    }
  }
  try {
    return encodeState(packTables(tables));
  } catch {
    return mutatedBytes(random, state); // tables that cannot be written
  }
}

export const stateTarget: FuzzTarget<Uint8Array> = {
  name: 'saved session',
  share: 0.15,
  make(random) {
    const state = random.pick(STATES);
    return random.chance(0.6) ? mutatedState(random, state) : mutatedBytes(random, state, random.pick(STATES));
  },
  take(bytes) {
    const { messages } = HISTORIES[0]!;
    const store = restoreSession(bytes, environment);
    // What was restored goes on: it takes messages, is read and saved again.
    store.apply({ ...messages[30]!, seq: Math.max(store.seq, 100) + 1 });
    for (const series of store.data.series.values()) series.summary();
    saveSession(store);
  },
};

const DOCUMENT = {
  ...{ revision: 3, version: '0.1.0', title: 'T', timezone: 'Europe/Berlin', language: 'en' },
  widgets: [
    {
      id: 'metric:cpu',
      kind: 'metric',
      name: 'cpu',
      options: { unit: '%', window: '10s', aggregation: ['p50', 'p99'] },
    },
    {
      id: 'gauge:g',
      kind: 'gauge',
      name: 'g',
      options: { min: 0, max: 100, thresholds: { warning: 70, critical: 90 } },
    },
    { id: 't', kind: 'table', name: 't', options: { columns: ['a', 'b'], key: 'a', maxRows: 50 } },
    { id: 'e', kind: 'events', name: 'e', options: { per: '1m', keep: '1h', flags: ['x'] } },
  ],
  views: [{ id: 'v1', cell: null, widgets: ['metric:cpu'] }],
  generations: { '["cpu",[]]': 1 },
};

export const documentTarget: FuzzTarget<unknown> = {
  name: 'document',
  make: (random) => mutatedJson(random, DOCUMENT),
  take: (input) => parseDocument(input),
};

const OPTIONS = {
  ...{ host: '127.0.0.1', port: 9000, title: 'T', theme: 'dark', auto_refresh: 5, default_time_range: '60m' },
  ...{ timezone: 'Europe/Berlin', buffer_size: '1GiB', retention: '2d', cors: ['https://a.example'] },
  ...{
    allow_host: 'proxy.example',
    linger: '1m30s',
    keep: true,
    open: false,
    script: 'app.py',
    auth: { type: 'basic', users: { ann: 'correct-horse' }, keys: { bot: 'send' } },
  },
  ...{ persistence: 'sqlite:///m.db', history_size: '10GB', log_level: 'info', log_format: 'json' },
  ...{ limit: { viewers: 'off', ringBytes: 1000 }, token: 'a-token-of-tests-0123456789', new_token: false },
};
const WORDS =
  '--host 0.0.0.0 --port 9000 --title T --theme dark --auto-refresh 5s --default-time-range 1h --timezone Europe/Berlin ' +
  '--buffer-size 1GiB --retention 2d --cors https://a.example --allow-host p.example --linger 90 --keep --no-open ' +
  '--script app.py --limit viewers=off --limit ringBytes=1000 --persistence sqlite:///m.db --user ann --key bot=send';

export const optionsTarget: FuzzTarget<unknown> = {
  name: 'options JSON',
  make: (random) => mutatedJson(random, OPTIONS),
  take: (input) => parseOptionsObject(input),
};

export const wordsTarget: FuzzTarget<readonly string[]> = {
  name: 'command line',
  share: 0.5,
  make: (random) => mutatedText(random, WORDS, WORDS).split(' '),
  take: (words) => parseArguments(words),
};

const ENTRY = {
  ...{ url: 'http://127.0.0.1:8600', host: '127.0.0.1', port: 8600, token: 'abc', pid: 7, startedUs: 5, version: '1' },
  ...{ ':app.py': 8600, ':other.py': 8601 },
};

let folder: string | null = null;

/** A broken file of another server is as none. */
export const stateFilesTarget: FuzzTarget<string> & { close(): void } = {
  name: "servers' own files",
  share: 0.1,
  make(random) {
    const text = JSON.stringify(random.chance(0.5) ? ENTRY : mutatedJson(random, ENTRY)) ?? '';
    return random.chance(0.5) ? mutatedText(random, text) : text;
  },
  take(text) {
    folder ??= mkdtempSync(join(tmpdir(), 'streamviz-fuzz-'));
    for (const name of ['server-fuzz.json', 'ports.json']) writeFileSync(join(folder, name), text, { mode: 0o600 });
    const entry = new RuntimeFile(folder, 'fuzz').read();
    if (entry !== null && typeof entry.port !== 'number') throw new Accepted(`a port ${String(entry.port)}`);
    const port = new KeptPorts(folder).portOf('app.py');
    if (port !== null && !(Number.isInteger(port) && port > 0 && port < 65_536)) throw new Accepted(`a port ${port}`);
  },
  close() {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    folder = null;
  },
};
