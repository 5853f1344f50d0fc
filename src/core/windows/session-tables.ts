import { DistinctSet } from '../distinct-set.ts';
import { PANE_FIELDS } from '../pane.ts';
import { QuantileSketch } from '../sketch/quantile-sketch.ts';
import { doublesIn, metaNumber, numberIn, stateInvalid, tableNamed, wholeIn } from '../state-input.ts';
import type { StateColumn, StateTable } from '../state-table.ts';
import { COUNT } from './pane-row.ts';
import type { SessionList } from './session-list.ts';
import { Session, type SessionNeeds } from './session-state.ts';
import type { SessionTrail } from './session-trail.ts';
import { restoreStream, streamMeta } from './stream-state.ts';
import type { WindowStream } from './window-stream.ts';

const NAME = 'sessions';
/** Columns of the pane, in the order of pane-row.ts from COUNT on. */
const PANE_COLUMNS = [...PANE_FIELDS, 'mean', 'm2', 'increase', 'marks'];

/** One table, a row per session. Copies. */
export function saveSessions(list: SessionList, stream: WindowStream): readonly StateTable[] {
  const { sessions } = list;
  const columns: Record<string, StateColumn> = {};
  for (const [i, name] of PANE_COLUMNS.entries()) {
    columns[name] = Float64Array.from(sessions, ({ row }) => row[COUNT + i]!);
  }
  columns.final = Uint8Array.from(sessions, ({ final }) => (final ? 1 : 0));
  columns.revision = Uint32Array.from(sessions, ({ revision }) => revision);
  columns.replaces = sessions.map(({ replaces }) => bytesOf(Float64Array.from(replaces.flat())));
  columns.sketch = sessions.map(({ sketch }) => sketch?.encode() ?? null);
  columns.distinct = sessions.map(({ distinct }) => (distinct === null ? null : bytesOf(distinct.save())));
  columns.trail = sessions.map(({ trail }) => (trail === null ? null : bytesOf(trailNumbers(trail))));
  const meta = {
    version: 1,
    open: list.open,
    horizon: metaNumber(list.horizon),
    forgottenLast: metaNumber(list.forgottenLast),
    ...streamMeta(stream),
  };
  return [{ name: NAME, meta, columns }];
}

/** Takes over what `saveSessions` gave. @throws StreamVizError `STATE_INVALID` */
export function restoreSessions(
  tables: readonly StateTable[],
  needs: SessionNeeds,
  list: SessionList,
  stream: WindowStream,
): void {
  const table = tableNamed(tables, NAME);
  if (table.meta.version !== 1) throw stateInvalid(`${NAME} has version ${String(table.meta.version)}, expected 1`);
  const { length } = doublesIn(table, 'count');
  const rows = PANE_COLUMNS.map((name) => doublesIn(table, name, length));
  list.restore({
    sessions: Array.from({ length }, (_, i) => readSession(table.columns, rows, i, needs)),
    open: wholeIn(table, 'open', 0, length),
    horizon: numberIn(table, 'horizon'),
    forgottenLast: numberIn(table, 'forgottenLast'),
  });
  restoreStream(stream, table);
}

function readSession(
  columns: StateTable['columns'],
  rows: readonly Float64Array[],
  i: number,
  needs: SessionNeeds,
): Session {
  const session = new Session(needs, {
    sketch: readBytes(columns.sketch, i, (bytes) => QuantileSketch.decode(bytes)),
    distinct: readBytes(columns.distinct, i, (bytes) => DistinctSet.restore(floatsOf(bytes))),
  });
  for (const [k, column] of rows.entries()) session.row[COUNT + k] = column[i]!;
  session.final = columns.final?.[i] === 1;
  session.revision = Number(columns.revision?.[i]);
  const bounds = readBytes(columns.replaces, i, floatsOf) ?? new Float64Array(0);
  for (let k = 0; k + 1 < bounds.length; k += 2) session.replaces.push([bounds[k]!, bounds[k + 1]!]);
  const trail = readBytes(columns.trail, i, floatsOf);
  if (trail !== null && session.trail !== null) readTrail(session.trail, trail);
  return session;
}

/** 1 where it is complete else 0, the times, the values. */
function trailNumbers(trail: SessionTrail): Float64Array {
  const { from, length } = trail;
  const count = length - from;
  const numbers = new Float64Array(1 + 2 * count);
  numbers[0] = trail.complete && from === 0 ? 1 : 0;
  numbers.set(trail.times.subarray(from, length), 1);
  numbers.set(trail.values.subarray(from, length), 1 + count);
  return numbers;
}

function readTrail(trail: SessionTrail, numbers: Float64Array): void {
  const count = (numbers.length - 1) / 2;
  trail.complete = numbers[0] === 1;
  for (let i = 0; i < count; i += 1) trail.append(numbers[1 + i]!, numbers[1 + count + i]!);
}

function readBytes<T>(column: StateColumn | undefined, i: number, read: (bytes: Uint8Array) => T): T | null {
  const cell = column?.[i];
  return cell instanceof Uint8Array && cell.length > 0 ? read(cell) : null;
}

const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** A copy: bytes may lie at any offset. */
const floatsOf = (bytes: Uint8Array): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);
