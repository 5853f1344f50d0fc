import { isStreamVizError, StreamVizError } from '../core/errors.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import type { Color } from './colors.ts';
import { type EventsOptions, readEventsOptions } from './events-spec.ts';
import {
  EVENTS_OPTIONS,
  GAUGE_OPTIONS,
  METRIC_OPTIONS,
  type OptionDefinitions,
  TABLE_OPTIONS,
} from './option-definitions.ts';
import { type ColumnSpec, parseOption } from './option-values.ts';
import { NO_THRESHOLDS, type Thresholds } from './thresholds.ts';
import { type Axis, parseLength } from './window-length.ts';
import { parseWindowOptions } from './window-options.ts';
import { windowProblem } from './window-problem.ts';
import { windowUnit } from './window-unit.ts';

export type { ColumnSpec } from './option-values.ts';
export type { Axis } from './window-length.ts';

/** What every widget of a document has. */
interface SpecBase {
  /** Identity in the document, `kind:name` unless the producer gave one. */
  readonly id: string;
  /** Name of its series or table. */
  readonly name: string;
  /** Options that were refused and fell back to their defaults; the widget says so in words. */
  readonly problems: readonly StreamVizError[];
}

export interface MetricOptions {
  readonly title: string;
  /** Unit of what is shown: that of the values, `/s` behind it for rates of counters, null for counts. */
  readonly unit: string | null;
  readonly color: Color | null;
  readonly format: string | null;
  readonly thresholds: Thresholds;
  /** How values become the numbers shown; null: as they were sent. */
  readonly window: WindowOptions | null;
  /** What the samples are ordered by. */
  readonly axis: Axis;
  /** Visible at first: us, or steps on a step axis, or `all` that is held (the default there). */
  readonly timeRangeUs: number | 'all';
  /** Raw samples kept per line. */
  readonly maxPoints: number;
  /** Only lines with all of these labels are shown; empty: every line of the name. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface GaugeOptions {
  readonly title: string;
  readonly unit: string | null;
  readonly color: Color | null;
  readonly format: string | null;
  readonly min: number;
  /** Always above `min`. */
  readonly max: number;
  readonly thresholds: Thresholds;
  /** As {@link MetricOptions}, with one aggregation. */
  readonly window: WindowOptions | null;
  readonly axis: Axis;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TableOptions {
  readonly title: string;
  /** Empty: the columns come from the rows. */
  readonly columns: readonly ColumnSpec[];
  readonly maxRows: number;
  readonly sortable: boolean;
  readonly key: string | null;
}

export interface MetricSpec extends SpecBase {
  readonly kind: 'metric';
  readonly options: MetricOptions;
}
export interface GaugeSpec extends SpecBase {
  readonly kind: 'gauge';
  readonly options: GaugeOptions;
}
export interface TableSpec extends SpecBase {
  readonly kind: 'table';
  readonly options: TableOptions;
}
export interface EventsSpec extends SpecBase {
  readonly kind: 'events';
  readonly options: EventsOptions;
}
/** A widget of a kind this version does not know; the page says that it needs a newer StreamViz. */
export interface UnknownSpec extends SpecBase {
  readonly kind: 'unknown';
  /** The kind as the document has it. */
  readonly wanted: string;
  readonly options: { readonly title: string };
}

/** One widget of a document, with every option at its value or its default. */
export type WidgetSpec = MetricSpec | GaugeSpec | TableSpec | EventsSpec | UnknownSpec;

export const DEFAULT_TIME_RANGE_US = 60e6;
export const DEFAULT_MAX_POINTS = 100_000;
export const DEFAULT_MAX_ROWS = 10_000;

/**
 * The spec of one entry of a document's `widgets`.
 *
 * A refused option falls back to its default and is listed in `problems`; an unknown option is ignored (a newer producer
 * may know it), an unknown kind gives an {@link UnknownSpec}.
 *
 * @throws StreamVizError `WIDGET_INVALID` where id, kind or name is missing.
 */
export function parseWidgetSpec(input: unknown): WidgetSpec {
  const entry = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const { id, kind, name } = entry;
  if (typeof id !== 'string' || typeof kind !== 'string' || typeof name !== 'string') {
    throw new StreamVizError('WIDGET_INVALID', `a widget has text as id, kind and name; got ${JSON.stringify(input)}`);
  }
  const given = (typeof entry.options === 'object' && entry.options !== null ? entry.options : {}) as Record<
    string,
    unknown
  >;
  switch (kind) {
    case 'metric':
      return metricSpec(id, name, new OptionReader(METRIC_OPTIONS, given));
    case 'gauge':
      return gaugeSpec(id, name, new OptionReader(GAUGE_OPTIONS, given));
    case 'table':
      return tableSpec(id, name, new OptionReader(TABLE_OPTIONS, given));
    case 'events': {
      const read = new OptionReader(EVENTS_OPTIONS, given);
      return { kind, id, name, options: readEventsOptions(name, read), problems: read.problems };
    }
    default: {
      const title = typeof given.title === 'string' ? given.title : name;
      return { kind: 'unknown', wanted: kind, id, name, problems: [], options: { title } };
    }
  }
}

function metricSpec(id: string, name: string, read: OptionReader): MetricSpec {
  const axis = read.value<Axis>('x', 'time');
  const window = read.windows(name, axis);
  const options: MetricOptions = {
    title: read.value('title', name),
    unit: windowUnit(read.value<string | null>('unit', null), window, axis),
    color: read.value<Color | null>('color', null),
    format: read.value<string | null>('format', null),
    thresholds: read.value('thresholds', NO_THRESHOLDS),
    window,
    axis,
    timeRangeUs: axis === 'step' ? read.steps('timeRange') : read.value('timeRange', DEFAULT_TIME_RANGE_US),
    maxPoints: read.value('maxPoints', DEFAULT_MAX_POINTS),
    labels: read.value<Readonly<Record<string, string>>>('labels', {}),
  };
  return { kind: 'metric', id, name, options, problems: read.problems };
}

function gaugeSpec(id: string, name: string, read: OptionReader): GaugeSpec {
  const unit = read.value<string | null>('unit', null);
  let min = read.value('min', 0);
  let max = read.value('max', unit === 'ratio' ? 1 : Math.max(100, min + 1));
  if (!(min < max)) {
    read.refuse('OPTION_INVALID', `min: expected a number below max; got min ${min} and max ${max}`);
    [min, max] = [0, 100];
  }
  const axis = read.value<Axis>('x', 'time');
  const window = read.windows(name, axis);
  const options: GaugeOptions = {
    title: read.value('title', name),
    unit: windowUnit(unit, window, axis),
    color: read.value<Color | null>('color', null),
    format: read.value<string | null>('format', null),
    min,
    max,
    thresholds: read.value('thresholds', NO_THRESHOLDS),
    window,
    axis,
    labels: read.value<Readonly<Record<string, string>>>('labels', {}),
  };
  return { kind: 'gauge', id, name, options, problems: read.problems };
}

function tableSpec(id: string, name: string, read: OptionReader): TableSpec {
  const options: TableOptions = {
    title: read.value('title', name),
    columns: read.value<readonly ColumnSpec[]>('columns', []),
    maxRows: read.value('maxRows', DEFAULT_MAX_ROWS),
    sortable: read.value('sortable', true),
    key: read.value<string | null>('key', null),
  };
  return { kind: 'table', id, name, options, problems: read.problems };
}

/** Reads options by wire key; what is refused is noted and becomes the default. */
class OptionReader {
  readonly problems: StreamVizError[] = [];
  readonly #definitions = new Map<string, OptionDefinitions[string]>();
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(definitions: OptionDefinitions, given: Readonly<Record<string, unknown>>) {
    for (const definition of Object.values(definitions)) this.#definitions.set(definition.wire, definition);
    this.#given = given;
  }

  /** The parsed value of an option, or `fallback` where it is absent, null or refused. */
  value<T>(wire: string, fallback: T): T {
    const definition = this.#definitions.get(wire);
    const input = this.#given[wire];
    if (definition === undefined || input === undefined || input === null) return fallback;
    try {
      return parseOption(definition, input) as T;
    } catch (error) {
      return this.#note(error, fallback);
    }
  }

  /** The windows of all window options together; null where there are none or one was refused. */
  windows(name: string, axis: Axis): WindowOptions | null {
    const single = this.#definitions.get('aggregation')?.type === 'aggregation';
    try {
      const counter = this.value('counter', false);
      if (single && Array.isArray(this.#given.aggregation)) {
        throw windowProblem('aggregation', 'one text: a gauge shows one number', this.#given.aggregation);
      }
      return parseWindowOptions({ ...this.#given, counter }, axis, name);
    } catch (error) {
      return this.#note(error, null);
    }
  }

  /** An option in whole steps; `all` where it is absent or refused. */
  steps(wire: string): number | 'all' {
    const input = this.#given[wire];
    if (input === 'all') return 'all';
    try {
      return parseLength(wire, input, 'step', { from: 'positive' }) ?? 'all';
    } catch (error) {
      return this.#note(error, 'all');
    }
  }

  #note<T>(error: unknown, fallback: T): T {
    if (!isStreamVizError(error)) throw error;
    this.problems.push(error);
    return fallback;
  }

  refuse(code: string, message: string): void {
    this.problems.push(new StreamVizError(code, message));
  }
}
