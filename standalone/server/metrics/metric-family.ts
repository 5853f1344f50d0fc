export type MetricKind = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info';

/** One number with its labels; names of labels are written in the code, their values may be anything. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram or summary: which of its numbers it is. Default: the metric itself. */
  readonly part?: 'bucket' | 'sum' | 'count';
}

/** A metric as Prometheus means it: one name, one kind, any number of samples that differ in labels. */
export interface MetricFamily {
  /** Without the endings `_total` and `_info`, with the unit: `streamviz_received_bytes`. */
  readonly name: string;
  readonly kind: MetricKind;
  readonly unit?: 'bytes' | 'seconds';
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

type Given = number | readonly MetricSample[];

const samplesOf = (given: Given): readonly MetricSample[] => (typeof given === 'number' ? [{ value: given }] : given);

function family(kind: MetricKind, name: string, help: string, given: Given): MetricFamily {
  const unit = /_(bytes|seconds)$/.exec(name)?.[1] as MetricFamily['unit'];
  return { name, kind, help, samples: samplesOf(given), ...(unit === undefined ? {} : { unit }) };
}

/** A total that only grows while the server lives. @param name Without `_total`, with its unit. */
export const counter = (name: string, help: string, given: Given): MetricFamily => family('counter', name, help, given);

/** A number that goes up and down. @param name With its unit. */
export const gauge = (name: string, help: string, given: Given): MetricFamily => family('gauge', name, help, given);
