import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pane } from '../../src/core/pane.ts';
import type { TimeSpan } from '../../src/session/session-view.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { decodeMessage } from '../../src/wire/message.ts';
import type { Message } from '../../src/wire/message-types.ts';
import type { LoggedSample } from './fake-sender.ts';
import type { NaiveWindow } from './naive-windows.ts';
import { randomOf } from './random-history.ts';
import { checkWindows } from './window-invariants.ts';

const python = process.env.STREAMVIZ_PYTHON ?? '.venv/bin/python';
const COUNT = process.env.STREAMVIZ_QUICK ? 3 : 12;
/** From 100 on the sender sends what windows need, changes base tiers and has a series on a step axis. */
const SEEDS = [
  ...Array.from({ length: COUNT }, (_, seed) => seed),
  ...Array.from({ length: COUNT }, (_, seed) => 100 + seed),
];

/** Windows of each kind over every series; allowed lateness so that nothing is dropped. */
const AGGREGATION = ['avg', 'p95', 'stddev', 'increase', 'rate'];
const SHAPES = [{ window: '1s' }, { window: '2s', slide: '500ms' }, { session: '300ms' }];
const STEP_SHAPES = [{ window: 100 }, { window: 30, slide: 10 }, { session: 20 }];
const WINDOWED = ['cpu', 'load', 'q"é', 'steps'].flatMap((name) => {
  const axis = name === 'steps' ? { x: 'step' } : {};
  return (name === 'steps' ? STEP_SHAPES : SHAPES).flatMap((shape) =>
    [false, true].map((counter) => {
      const options = {
        ...shape,
        ...axis,
        counter,
        aggregation: AGGREGATION,
        allowedLateness: name === 'steps' ? 1e9 : '36500d',
      };
      return { id: `${name} ${JSON.stringify(shape)} ${counter}`, kind: 'metric', name, options };
    }),
  );
});

type PaneRow = readonly [duration: number, start: number, ...pane: number[]];

/** What test/python/engine/write_histories.py says a receiver must end with. */
interface Truth {
  readonly quiet: number;
  readonly document: number;
  readonly series: Readonly<Record<string, { n: number; gen: number; keyframe: readonly PaneRow[] }>>;
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly key: string | null;
        readonly state: readonly [floor: number, keyFloor: number, ...rest: unknown[]];
        readonly rows: readonly (readonly [number, Readonly<Record<string, unknown>>])[];
      }
    >
  >;
}

function readFrames(file: string): Message[] {
  const bytes = readFileSync(file);
  const messages: Message[] = [];
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    return new Uint8Array(bytes.subarray(at - length, at));
  };
  const size = (): number => new DataView(take(4).buffer).getUint32(0, true);
  while (at < bytes.length) {
    const header: unknown = JSON.parse(new TextDecoder().decode(take(size())));
    const buffers = Array.from({ length: size() }, () => take(size()));
    messages.push(decodeMessage(header, buffers));
  }
  return messages;
}

/** Names the tables' key columns in the document, as a declared widget would. */
function withWidgets(message: Message, truth: Truth): Message {
  if (message.document === null) return message;
  const widgets = Object.entries(truth.tables).map(([id, { key }]) => {
    return { id, kind: 'table', name: id, options: key === null ? {} : { key } };
  });
  return { ...message, document: { ...(message.document as object), widgets: [...widgets, ...WINDOWED] } };
}

const paneOfRow = ([, , count, sum, min, max, first, firstTime, last, lastTime]: PaneRow) =>
  ({ count, sum, min, max, first, firstTime, last, lastTime }) as Pane;

/** Replays with loss and doubles over two paths, one of them up to 200 ms behind. */
function replay(messages: readonly Message[], truth: Truth, lossRate: number, seed: number) {
  const random = randomOf(seed);
  let nowUs = 0;
  const sessions = new Sessions({ now: () => nowUs, schedule: () => () => undefined });
  const flights: { readonly atUs: number; readonly path: string; readonly message: Message }[] = [];
  messages.forEach((message, i) => {
    const isQuiet = i >= truth.quiet;
    if (!isQuiet && random() < lossRate) return;
    for (const [path, mostUs] of [
      ['near', 1000],
      ['far', 200_000],
    ] as const) {
      if (!isQuiet && random() < lossRate) continue;
      for (let copies = random() < 0.1 ? 2 : 1; copies > 0; copies -= 1) {
        flights.push({ atUs: message.sentUs + random() * mostUs, path, message });
      }
    }
  });
  flights.sort((a, b) => a.atUs - b.atUs);
  for (const { atUs, path, message } of flights) {
    nowUs = atUs;
    sessions.deliverMessage(withWidgets(message, truth), path);
  }
  // Past the hold time one more beat lets everything held go.
  nowUs += 1_000_000;
  sessions.deliverMessage(withWidgets(messages.at(-1)!, truth), 'near');
  return sessions.get(messages[0]!.session);
}

/** What the rows of one series' newest generation were, as far as messages told them one by one. */
interface Told {
  readonly samples: LoggedSample[];
  /** Samples that came folded, or were never told one by one: windows over these times are not judged. */
  readonly folded: TimeSpan[];
  /** Samples at or before this were counted without being told. */
  unknownUntilUs: number;
  n: number;
}

/** Reads all messages as they were sent, without loss. A sample over a day ahead of the clock is no window's. */
function readTold(messages: readonly Message[], key: string, generation: number): Told {
  const told: Told = { samples: [], folded: [], unknownUntilUs: Number.NEGATIVE_INFINITY, n: 0 };
  for (const { seq, series, samples, folds, sentUs, slow } of messages) {
    const index = series.findIndex((entry) => entry.key === key && entry.gen === generation);
    if (index < 0) continue;
    const { n, before, axis } = series[index]!;
    const lastUs = axis === 'time' ? sentUs + 86_400e6 : Number.POSITIVE_INFINITY;
    let carried = 0;
    const arrived: LoggedSample[] = [];
    for (let row = 0; row < (slow ? 0 : (folds?.length ?? 0)); row += 1) {
      if (folds!.series[row] !== index) continue;
      carried += folds!.count[row]!;
      const [startUs, time, value] = [folds!.start[row]!, folds!.lastTime[row]!, folds!.last[row]!];
      told.folded.push({ startUs, endUs: startUs + folds!.duration[row]! });
      if (time <= lastUs) arrived.push({ time, value, seq, gen: generation });
    }
    for (let row = 0; row < (slow ? 0 : (samples?.length ?? 0)); row += 1) {
      const [time, value] = [samples!.time[row]!, samples!.value[row]!];
      if (samples!.series[row] !== index || !Number.isFinite(value)) continue;
      carried += 1;
      if (time <= lastUs) arrived.push({ time, value, seq, gen: generation });
    }
    if (n - carried !== told.n) told.unknownUntilUs = Math.max(told.unknownUntilUs, before ?? Number.POSITIVE_INFINITY);
    told.n = n;
    told.samples.push(...arrived);
  }
  return told;
}

/** Whether all samples that decide a window's values were told one by one. */
function isTold({ folded, unknownUntilUs }: Told, { start, end, before }: NaiveWindow, reach: number): boolean {
  const fromUs = Math.min(start - reach, before?.time ?? start);
  if (fromUs <= unknownUntilUs) return false;
  return folded.every(({ startUs, endUs }) => endUs <= start - reach || startUs >= end + reach);
}

describe('histories of the real Python sender, replayed with loss, doubles and reordering', () => {
  let directory = '';

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'streamviz-histories-'));
    const script = 'test/python/engine/write_histories.py';
    const env = { ...process.env, PYTHONPATH: resolve('python') };
    execFileSync(python, [script, directory, ...SEEDS.map(String)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }, 60_000);

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(SEEDS)('history %i ends with exactly what Python holds', (seed) => {
    const truth: Truth = JSON.parse(readFileSync(join(directory, `history-${seed}.json`), 'utf8'));
    const messages = readFrames(join(directory, `history-${seed}.bin`));
    for (const lossRate of [0, 0.1, 0.5]) {
      const { data, problem } = replay(messages, truth, lossRate, seed);
      expect([problem, data.complete, data.document?.revision]).toEqual([null, true, truth.document]);
      for (const [key, { n, gen, keyframe }] of Object.entries(truth.series)) {
        if (n === 0) continue;
        const series = data.series.get(key);
        expect([key, series?.n, series?.generation, series?.exact]).toEqual([key, n, gen, true]);
        for (const row of keyframe) expect(series?.cells.query(row[0], row[1])).toEqual(paneOfRow(row));
        const told = readTold(messages, key, gen);
        checkWindows(series!, told.samples, (window, reach) => isTold(told, window, reach));
      }
      for (const [id, { state, rows }] of Object.entries(truth.tables)) {
        const table = data.tables.get(id)!;
        expect([id, table.exact]).toEqual([id, true]);
        const held = table.rows().map(({ id: rowId, cells }) => {
          return [rowId, Object.fromEntries(table.columns.map(({ name }, i) => [name, cells[i]]))] as const;
        });
        const live = new Map(rows);
        for (const [rowId, row] of held) expect(row).toEqual(live.get(rowId));
        const carried = rows.filter(([rowId]) => rowId >= state[1]).map(([rowId]) => rowId);
        expect(held.map(([rowId]) => rowId).filter((rowId) => rowId >= state[1])).toEqual(carried);
      }
    }
  });
});
