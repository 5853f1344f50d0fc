// What fuzzing has found, each as one input.
import {
  Batch,
  Column,
  columnFromArray,
  float64,
  int64,
  TimeUnit,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { expect, test } from 'vitest';
import { isStreamVizError } from '../../src/core/errors.ts';
import { EpochStore } from '../../src/session/epoch-store.ts';
import { restoreSession, saveSession } from '../../src/session/session-state.ts';
import { packTables, unpackTables } from '../../src/session/state-pack.ts';
import { decodeState, encodeState } from '../../src/wire/state-arrow.ts';
import { readArrowRows } from '../../standalone/server/http/ingest/arrow-input.ts';
import { isProblem } from '../../standalone/server/http/ingest/ingest-row.ts';
import { answerArrow } from '../../standalone/server/http/query/answer-forms.ts';
import { DEFAULT_LIMITS } from '../../standalone/server/limits.ts';
import { parseOptionsObject } from '../../standalone/server/options.ts';
import { HISTORIES } from './targets/valid-messages.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    if (isStreamVizError(error)) return error.code;
    throw error;
  }
};

test('an answer without lines is an Arrow stream with columns and no rows', () => {
  const answer = { metric: 'a', axis: 'time' as const, aggregation: null, by: null, lines: [] };
  expect(answerArrow({ ...answer, startUs: 0, endUs: 1, stepUs: null }).length).toBeGreaterThan(100);
});

/** Codes of the rows of an Arrow table whose column `time` is this. */
function refusedTimes(time: Column<unknown>): readonly string[] {
  const length = time.length;
  const columns = [
    ['metric', columnFromArray(Array(length).fill('a'), utf8())],
    ['value', columnFromArray(Array(length).fill(1), float64())],
    ['time', time],
  ] as const;
  const bytes = tableToIPC(tableFromColumns(columns as never), { format: 'stream' })!;
  const rows = [...readArrowRows(bytes, { nowUs: 1.7e15, limits: DEFAULT_LIMITS })];
  return rows.map(({ row }) => (isProblem(row) ? row.code : 'taken'));
}

test('a timestamp beyond all dates, and seconds that are no safe integer, refuse their row and no other', () => {
  const values = BigInt64Array.from([1_700_000_000n, 2n ** 62n, -(2n ** 63n)]);
  const type = timestamp(TimeUnit.SECOND, 'UTC');
  const stamps = new Column<unknown>([
    new Batch<unknown>({ length: 3, nullCount: 0, validity: new Uint8Array(0), type, values }),
  ]);
  expect(refusedTimes(stamps)).toEqual(['taken', 'TIME_INVALID', 'TIME_INVALID']);
  expect(refusedTimes(columnFromArray([1_700_000_000n, 2n ** 60n], int64()))).toEqual(['taken', 'TIME_INVALID']);
});

test('saved windows whose sketches are missing, or whose sets of values are cut, restore nothing', () => {
  const environment = { now: () => 50_000, limits: { cellLimit: 40 } };
  const { epoch, messages } = HISTORIES[0]!;
  const store = new EpochStore({ session: 'kernel-1', epochId: epoch.id, ...environment });
  for (const message of messages) store.apply(message);
  const tables = unpackTables(decodeState(saveSession(store)));
  let changed = 0;
  for (const [i, { name, columns }] of tables.entries()) {
    if (
      !name.endsWith('panes') ||
      columns.sketch === undefined ||
      columns.distinct === undefined ||
      columns.sketch.length === 0
    )
      continue;
    const distinct = (columns.distinct as readonly (Uint8Array | null)[]).map((set) => set?.slice(0, 3) ?? null);
    const { sketch: _sketch, ...without } = columns;
    for (const wrong of [without, ...(distinct.some((set) => set !== null) ? [{ ...columns, distinct }] : [])]) {
      changed += 1;
      const bytes = encodeState(packTables(tables.map((table, j) => (j === i ? { ...table, columns: wrong } : table))));
      expect(codeOf(() => restoreSession(bytes, environment))).toBe('STATE_INVALID');
    }
  }
  expect(changed).toBeGreaterThan(1);
});

test('keys of accounts that are no pairs are a wrong option', () => {
  for (const keys of [[null], ['bot'], [3], [[]], [['bot']]]) {
    const auth = { type: 'basic', users: ['ann'], keys };
    expect(codeOf(() => parseOptionsObject({ auth }))).toBe('OPTION_INVALID');
  }
});
