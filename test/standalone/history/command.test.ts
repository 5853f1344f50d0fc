// `streamviz history FILE list|export|verify` over a file with samples, folds, and messages that are in no segment yet.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyCommand } from '../../../standalone/server/history/command/history-command.ts';
import { openHistory } from '../../../standalone/server/history/history-file.ts';
import { type Happened, Past, S } from './segments/past.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamviz-history-'));
const path = join(folder, 'metrics.db');
const T0 = 1_790_000_000;
const samples = Array.from(
  { length: 500 },
  (_, i): Happened => ({ kind: 'sample', timeUs: (T0 + i) * S, value: i === 7 ? Number.NaN : i / 4 }),
);

beforeAll(() => {
  const db = openHistory(path, 'write');
  const past = new Past(undefined, db);
  past.send(samples.slice(0, 400));
  past.send([
    {
      kind: 'fold',
      durationUs: 10 * S,
      samples: [
        [(T0 + 1000) * S, 1],
        [(T0 + 1001) * S, 3],
      ],
    },
  ]);
  past.flush();
  past.isLogged = true;
  past.send(samples.slice(400));
  db.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]) {
  const out: Uint8Array[] = [];
  const errors: string[] = [];
  const code = historyCommand([path, ...words], {
    out: (bytes) => void out.push(bytes.slice()),
    error: (line) => void errors.push(line),
  });
  const bytes = Buffer.concat(out);
  return { code, bytes, text: bytes.toString('utf8'), errors };
}

test('list tells each series, its samples and its times, those that are only in the log too', () => {
  const { code, text } = run();
  expect(code).toBe(0);
  expect(text).toContain('app  m{host=a}  500 samples  2026-09-21T14:13:20.000000Z');
  expect(text).toContain('1 series; 1 messages are in the log still');
  expect(JSON.parse(run('list', '--format', 'json').text)).toMatchObject({
    metric: 'm',
    labels: { host: 'a' },
    samples: 500,
  });
  const young = join(folder, 'young.db');
  const db = openHistory(young, 'write');
  const past = new Past(undefined, db);
  past.isLogged = true;
  past.send(samples.slice(0, 3));
  db.close();
  const lines: string[] = [];
  historyCommand([young], { out: (bytes) => void lines.push(new TextDecoder().decode(bytes)), error: () => undefined });
  expect(lines.join('')).toBe(
    'app  m{host=a}  3 samples  2026-09-21T14:13:20.000000Z to 2026-09-21T14:13:22.000000Z  0 bytes\n' +
      '1 series; 1 messages are in the log still\n',
  );
});

test('every form exports every sample once: of segments, of the log, and folded ones as a cell', () => {
  const rows = run('export', '--format', 'json')
    .text.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows).toHaveLength(501);
  expect(rows.slice(0, 500).map(({ time, value }) => [time, value])).toEqual(
    samples.map((_, i) => [T0 + i, i === 7 ? null : i / 4]),
  );
  expect(rows[500]).toMatchObject({
    time: T0 + 1000,
    end: T0 + 1010,
    value: 2,
    count: 2,
    min: 1,
    max: 3,
    labels: { host: 'a' },
  });
  const table = tableFromIPC(run('export', '--format', 'arrow').bytes);
  expect(table.numRows).toBe(501);
  expect(table.getChild('value')!.toArray()).toEqual(rows.map(({ value }) => value));
  const csv = run('export').text.trim().split('\r\n');
  expect([csv.length, csv[0]]).toEqual([502, 'time,end,session,metric,labels,value,count,min,max']);
  expect(csv[1]).toBe('2026-09-21T14:13:20.000000Z,2026-09-21T14:13:20.000000Z,app,m,"{""host"":""a""}",0,1,0,0');
});

test('a range and a name restrict it; a file that is there is never overwritten', () => {
  const some = run('export', '--format=json', '--start', String(T0 + 10), '--end', String(T0 + 12), '--metric', 'm');
  expect(some.text.trim().split('\n')).toHaveLength(2);
  expect(run('export', '--metric', 'other').text).toBe('time,end,session,metric,labels,value,count,min,max\r\n');
  const output = join(folder, 'out.csv');
  expect(run('export', '--output', output)).toMatchObject({ code: 0, errors: [`501 rows in ${output}`] });
  const before = readFileSync(output, 'utf8');
  expect(run('export', '--output', output)).toMatchObject({ code: 2 });
  expect(readFileSync(output, 'utf8')).toBe(before);
});

test('verify finds one changed byte, and says where; a sound file is sound', () => {
  expect(run('verify')).toMatchObject({ code: 0, errors: [] });
  const copy = join(folder, 'copy.db');
  const db = openHistory(path, 'read');
  db.exec(`vacuum into '${copy}'`);
  db.close();
  const damaged = openHistory(copy, 'write');
  const { id, body } = damaged.prepare('select id, body from seg limit 1').get() as { id: number; body: Uint8Array };
  body[20]! ^= 4;
  damaged.prepare('update seg set body = ? where id = ?').run(body, id);
  damaged.close();
  const errors: string[] = [];
  const code = historyCommand([copy, 'verify'], { out: () => undefined, error: (line) => void errors.push(line) });
  expect([code, errors.length]).toEqual([1, 1]);
  expect(errors[0]).toMatch(/^segment \d+: segment checksum/);
});

test.each([
  [['exprot'], 'did you mean export?'],
  [['--metrik', 'x'], 'did you mean --metric?'],
  [['export', '--format', 'xml'], 'expected csv, json, arrow; got xml'],
  [['export', '--output', 'x.parquet'], 'Parquet is written by Python'],
  [['export', '--start', 'yesterday'], '--start: expected seconds since 1970'],
])('a wrong call says what is right: %j', (words, said) => {
  const { code, errors, bytes } = run(...words);
  expect([code, bytes.length]).toEqual([2, 0]);
  expect(errors.join('\n')).toContain(said);
});

test('a file that is no history is said in one line, and no file is made', () => {
  const none = join(folder, 'none.db');
  const errors: string[] = [];
  expect(historyCommand([none], { out: () => undefined, error: (line) => void errors.push(line) })).toBe(1);
  expect([errors.length, existsSync(none)]).toEqual([1, false]);
});
