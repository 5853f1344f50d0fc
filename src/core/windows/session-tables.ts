import { DistinctSet } from '../distinct-set.ts';
import { StreamVizError } from '../errors.ts';
import { QuantileSketch } from '../sketch/quantile-sketch.ts';
import type { StateColumn, StateTable } from '../state-table.ts';
import { COUNT } from './pane-row.ts';
import { Session, type SessionNeeds } from './session-state.ts';
import type { SessionTrail } from './session-trail.ts';
import type { WindowCounters } from './window-operator.ts';

/** Everything of an operator of sessions that changes. */
export interface SessionsState {
  readonly sessions: readonly Session[];
  readonly open: number;
  readonly horizon: number;
  readonly forgottenLast: number;
  readonly watermark: readonly number[];
  readonly counters: Readonly<WindowCounters>;
}

const NAME = 'sessions';
/** Columns of the pane, in the order of pane-row.ts from COUNT on. */
const PANE_COLUMNS = [
  'count',
  'sum',
  'min',
  'max',
  'first',
  'firstTime',
  'last',
  'lastTime',
  'mean',
  'm2',
  'increase',
  'marks',
];

/** One table, a row per session. Copies. */
export function saveSessions(state: SessionsState): readonly StateTable[] {
  const { sessions } = state;
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
    open: state.open,
    horizon: state.horizon,
    forgottenLast: state.forgottenLast,
    watermark: state.watermark,
    counters: { ...state.counters },
  };
  return [{ name: NAME, meta, columns }];
}

/** The state that `saveSessions` was given. @throws StreamVizError `STATE_INVALID` */
export function readSessions(tables: readonly StateTable[], needs: SessionNeeds): SessionsState {
  const table = tables.find(({ name }) => name === NAME);
  if (table === undefined) throw invalid(`a table named ${NAME}; got ${tables.map(({ name }) => name).join(', ')}`);
  const { meta, columns } = table;
  if (meta.version !== 1) throw invalid(`version 1; got ${String(meta.version)}`);
  const length = columns.count?.length ?? 0;
  const sessions = Array.from({ length }, (_, i) => readSession(columns, i, needs));
  return {
    sessions,
    open: numberOf(meta.open),
    horizon: numberOf(meta.horizon),
    forgottenLast: numberOf(meta.forgottenLast),
    watermark: Array.isArray(meta.watermark) ? meta.watermark.map(numberOf) : [],
    counters: readCounters(meta.counters),
  };
}

function readSession(columns: StateTable['columns'], i: number, needs: SessionNeeds): Session {
  const session = new Session(needs, {
    sketch: readBytes(columns.sketch, i, (bytes) => QuantileSketch.decode(bytes)),
    distinct: readBytes(columns.distinct, i, (bytes) => DistinctSet.restore(floatsOf(bytes))),
  });
  for (const [k, name] of PANE_COLUMNS.entries()) session.row[COUNT + k] = numberOf(columns[name]?.[i]);
  session.final = columns.final?.[i] === 1;
  session.revision = numberOf(columns.revision?.[i]);
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

function readCounters(value: unknown): WindowCounters {
  const counters = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return {
    late: numberOf(counters.late),
    dropped: numberOf(counters.dropped),
    missing: numberOf(counters.missing),
    invalid: numberOf(counters.invalid),
    outOfOrder: numberOf(counters.outOfOrder),
  };
}

/** A number, or its text where it is not finite. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw invalid(`numbers; got ${String(value)}`);
}

const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** A copy: bytes may lie at any offset. */
const floatsOf = (bytes: Uint8Array): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);

function invalid(what: string): StreamVizError {
  return new StreamVizError('STATE_INVALID', `the state of session windows cannot be restored: expected ${what}`);
}
