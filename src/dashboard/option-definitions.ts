/**
 * What an option's value may be; `duration`, `thresholds`, `color`, `columns` and the like have parsers of their own.
 *
 * `length` (a duration, or whole steps on a step axis), `aggregation` (a text) and `aggregations` (a text or a list of
 * them) are judged together, by `parseWindowOptions`.
 */
export type OptionType =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'color'
  | 'unit'
  | 'format'
  | 'duration'
  | 'length'
  | 'aggregation'
  | 'aggregations'
  | 'thresholds'
  | 'labels'
  | 'columns'
  | 'list'
  | 'enum';

/** One option of a widget, from which the parser, the Python checks and the documentation are made. */
export interface OptionDefinition {
  /** Key in the document's `options`. */
  readonly wire: string;
  readonly type: OptionType;
  /** Texts an `enum` allows, or a `duration` beside durations. */
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Used by the producer alone and never sent. */
  readonly producer?: true;
  /** First words: what it does. Then its unit and default. */
  readonly doc: string;
}

/** Options of one kind, by Python name. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

const TITLE = { wire: 'title', type: 'string', doc: 'Words over the widget. Default: its name.' } as const;
const UNIT = {
  wire: 'unit',
  type: 'unit',
  doc: 'Unit behind the value: s ms us ns B iB bit % ratio $ have rules, others are printed as given.',
} as const;
const COLOR = {
  wire: 'color',
  type: 'color',
  doc: 'Colour name or hex code. Default: the first series colour.',
} as const;
const FORMAT = {
  wire: 'format',
  type: 'format',
  doc: 'Number format such as ",.0f", ".3g" or ".1%"; wins over unit and range.',
} as const;
const THRESHOLDS = {
  wire: 'thresholds',
  type: 'thresholds',
  doc: 'Levels {"warning": 80, "critical": 95} (descending: low is bad) or zones by their upper end [70, 85, 100].',
} as const;
const CLEAR = {
  wire: 'clear',
  type: 'boolean',
  producer: true,
  doc: 'Start empty when the cell is run again. Default: False.',
} as const;
const DISPLAY = {
  wire: 'display',
  type: 'boolean',
  producer: true,
  doc: 'Show the widget under its cell. Default: True.',
} as const;

const COUNTER = {
  wire: 'counter',
  type: 'boolean',
  doc: 'Values are totals of a counter; shown is the increase per second over 10s. Default: False.',
} as const;
const AGGREGATION_DOC =
  'last first sum avg min max count rate delta increase stddev variance range distinct median or pNN of each window';
const X = {
  wire: 'x',
  type: 'enum',
  enum: ['time', 'step'],
  doc: 'Axis of the samples: event time, or whole numbers of steps without a clock. Default: "time".',
} as const;

/** Windows of a widget of numbers; what they allow beside each other is in `parseWindowOptions`. */
const WINDOW_OPTIONS: OptionDefinitions = {
  window: {
    wire: 'window',
    type: 'length',
    doc: 'Length one number is computed over, such as "10s", or steps. Default: none, each value as sent.',
  },
  slide: { wire: 'slide', type: 'length', doc: 'Windows end so far apart. Default: the window, so none overlap.' },
  session: {
    wire: 'session',
    type: 'length',
    doc: 'Instead of window: samples so far apart or less are one window. Default: none.',
  },
  origin: {
    wire: 'origin',
    type: 'length',
    doc: 'Windows are aligned to it instead of 1970-01-01 00:00 UTC or step 0. Default: 0.',
  },
  lateness: {
    wire: 'lateness',
    type: 'length',
    doc: 'A window is final once a sample so much later than its end came. Default: 0.',
  },
  allowed_lateness: {
    wire: 'allowedLateness',
    type: 'length',
    doc: 'For so long a late sample still revises a final window. Default: 0.',
  },
  idle: {
    wire: 'idle',
    type: 'length',
    doc: 'After so long without a sample windows become final by the clock. Default: "5s".',
  },
  per: {
    wire: 'per',
    type: 'length',
    doc: 'Unit of time a sum is given for: "s" is the sum per second. Default: none.',
  },
};

export const METRIC_OPTIONS: OptionDefinitions = {
  title: TITLE,
  unit: UNIT,
  color: COLOR,
  format: FORMAT,
  thresholds: THRESHOLDS,
  time_range: {
    wire: 'timeRange',
    type: 'duration',
    enum: ['all'],
    doc: 'Visible time at first, such as "30s", "5m" or "all". Default: "1m".',
  },
  max_points: {
    wire: 'maxPoints',
    type: 'integer',
    minimum: 100,
    maximum: 10_000_000,
    doc: 'Samples of one line kept at full resolution; older ones become cells. Default: 100,000.',
  },
  labels: {
    wire: 'labels',
    type: 'labels',
    doc: 'Labels of the lines this widget shows, such as {"host": "a"}. Default: every line of the name.',
  },
  ...WINDOW_OPTIONS,
  aggregation: {
    wire: 'aggregation',
    type: 'aggregations',
    doc: `${AGGREGATION_DOC}; a list draws a line for each. Default: "avg".`,
  },
  counter: COUNTER,
  x: X,
  by: { wire: 'by', type: 'string', producer: true, doc: 'Label whose values are the keys of a dict given to send().' },
  time_unit: {
    wire: 'timeUnit',
    type: 'enum',
    enum: ['s', 'ms', 'us', 'ns'],
    producer: true,
    doc: 'Unit of numbers given as time=. Default: "s".',
  },
  clear: CLEAR,
  display: DISPLAY,
};

export const GAUGE_OPTIONS: OptionDefinitions = {
  title: TITLE,
  unit: UNIT,
  color: COLOR,
  format: FORMAT,
  min: { wire: 'min', type: 'number', doc: 'Start of the scale. Default: 0.' },
  max: { wire: 'max', type: 'number', doc: 'End of the scale, above min. Default: 100 (1 for the unit ratio).' },
  thresholds: THRESHOLDS,
  ...WINDOW_OPTIONS,
  aggregation: { wire: 'aggregation', type: 'aggregation', doc: `${AGGREGATION_DOC}. Default: "avg".` },
  counter: COUNTER,
  x: X,
  labels: METRIC_OPTIONS.labels as OptionDefinition,
  time_unit: METRIC_OPTIONS.time_unit as OptionDefinition,
  clear: CLEAR,
  display: DISPLAY,
};

export const TABLE_OPTIONS: OptionDefinitions = {
  title: TITLE,
  columns: {
    wire: 'columns',
    type: 'columns',
    doc: 'Column names, or dicts with name, type (datetime number text bool), title, width in px, format.',
  },
  max_rows: {
    wire: 'maxRows',
    type: 'integer',
    minimum: 1,
    maximum: 1_000_000,
    doc: 'Rows kept, newest first. Default: 10,000.',
  },
  sortable: { wire: 'sortable', type: 'boolean', doc: 'Whether a click on a header sorts. Default: True.' },
  key: { wire: 'key', type: 'string', doc: 'Column that names a row: a row with the same key replaces it in place.' },
  clear: CLEAR,
  display: DISPLAY,
};

export const EVENTS_OPTIONS: OptionDefinitions = {
  title: TITLE,
  key: { wire: 'key', type: 'string', doc: 'Field that events are counted by. Default: "key".' },
  actor: { wire: 'actor', type: 'string', doc: 'Field that says who did it. Default: none.' },
  flags: {
    wire: 'flags',
    type: 'list',
    doc: 'Fields that are True or False, each counted; at most 31. Default: none.',
  },
  per: { wire: 'per', type: 'duration', doc: 'Length of a pane, the finest a window can be. Default: "1m".' },
  keep: {
    wire: 'keep',
    type: 'duration',
    doc: 'How long panes are kept, and how long a key stays without an event. Default: "6h".',
  },
  window: { wire: 'window', type: 'duration', doc: 'Window shown at first, from per to keep. Default: "15m".' },
  max_actors: {
    wire: 'maxActors',
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    doc: 'Names kept per key and pane; with more the count says at least. Default: 100.',
  },
  max_recent: {
    wire: 'maxRecent',
    type: 'integer',
    minimum: 1,
    maximum: 10_000,
    doc: 'Newest raw events kept. Default: 1000.',
  },
  time_unit: METRIC_OPTIONS.time_unit as OptionDefinition,
  clear: CLEAR,
  display: DISPLAY,
};

export const CONFIGURE_OPTIONS: OptionDefinitions = {
  title: { wire: 'title', type: 'string', doc: 'Title of the dashboard.' },
  timezone: {
    wire: 'timezone',
    type: 'string',
    doc: 'IANA zone in which times are shown. Default: that of the viewer.',
  },
  language: {
    wire: 'language',
    type: 'string',
    doc: 'BCP 47 language of numbers and dates. Default: that of the viewer.',
  },
  auto_display: {
    wire: 'autoDisplay',
    type: 'boolean',
    producer: true,
    doc: 'Show widgets under the cell that declares them. Default: True.',
  },
};
