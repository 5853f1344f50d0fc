// What is written is what a strict reader of the two formats reads.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricFamily } from '../../../standalone/server/metrics/metric-family.ts';
import { metricFormatOf, metricsText } from '../../../standalone/server/metrics/text-format.ts';
import { parseMetrics } from './strict-parser.ts';

const name = fc.stringMatching(/^[a-z][a-z_]{0,12}[a-z]$/);
const text = fc.oneof(fc.string(), fc.constantFrom('\n', '\\', '"', '\\n', 'a\nb"c\\', '', '}', 'é', '# EOF\n'));
const labels = fc.dictionary(name, text, { maxKeys: 3 });
const value = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, 1e21, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });

function samplesOf<T>(numbers: fc.Arbitrary<T>) {
  const key = ({ labels: own }: { readonly labels: Readonly<Record<string, string>> }) =>
    JSON.stringify(Object.entries(own).sort());
  return fc.uniqueArray(fc.record({ labels, value: numbers }), { selector: key, minLength: 1, maxLength: 4 });
}

const families: fc.Arbitrary<readonly MetricFamily[]> = fc.uniqueArray(
  fc.oneof(
    fc.record({ kind: fc.constant('gauge' as const), name, help: text, samples: samplesOf(value) }),
    fc.record({ kind: fc.constant('counter' as const), name, help: text, samples: samplesOf(positive) }),
    fc.record({ kind: fc.constant('info' as const), name, help: text, samples: samplesOf(fc.constant(1)) }),
  ),
  { selector: (family) => family.name, maxLength: 6 },
);

describe.each(['prometheus', 'openmetrics'] as const)('%s', (format) => {
  it('is read as what was written, whatever labels and help hold', () => {
    fc.assert(
      fc.property(families, (written) => {
        const read = [...parseMetrics(metricsText(written, format), format).values()];
        const ending = { counter: '_total', info: '_info', gauge: '', histogram: '', summary: '' } as const;
        expect(read.map(({ help }) => help)).toEqual(written.map(({ help }) => help));
        expect(read.map(({ samples }) => samples)).toEqual(
          written.map(({ name: family, kind, samples }) =>
            samples.map((sample) => ({ name: family + ending[kind], labels: sample.labels, value: sample.value + 0 })),
          ),
        );
        expect(read.map(({ kind }) => kind)).toEqual(
          written.map(({ kind }) => (kind === 'info' && format === 'prometheus' ? 'gauge' : kind)),
        );
      }),
    );
  });

  it('leaves out a family without samples', () => {
    const none: MetricFamily = { name: 'none', kind: 'gauge', help: 'nothing', samples: [] };
    expect([...parseMetrics(metricsText([none], format), format)]).toEqual([]);
  });
});

it('histogram and summary as the formats have them', () => {
  const family: MetricFamily = {
    name: 'took_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'how long',
    samples: [
      { part: 'bucket', labels: { le: '1.0' }, value: 2 },
      { part: 'bucket', labels: { le: '+Inf' }, value: 3 },
      { part: 'sum', value: 9.5 },
      { part: 'count', value: 3 },
    ],
  };
  expect(metricsText([family], 'openmetrics')).toBe(
    [
      '# HELP took_seconds how long',
      '# TYPE took_seconds histogram',
      '# UNIT took_seconds seconds',
      'took_seconds_bucket{le="1.0"} 2',
      'took_seconds_bucket{le="+Inf"} 3',
      'took_seconds_sum 9.5',
      'took_seconds_count 3',
      '# EOF',
      '',
    ].join('\n'),
  );
  expect(parseMetrics(metricsText([family], 'prometheus'), 'prometheus').get('took_seconds')?.kind).toBe('histogram');
});

it.each([
  ['a sample without a type', 'a 1\n'],
  [
    'a family in two places',
    '# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\n# TYPE b gauge\nb 1\n# HELP a x\n# TYPE a gauge\na 2\n',
  ],
  ['a sample twice', '# HELP a x\n# TYPE a gauge\na{l="1"} 1\na{l="1"} 2\n'],
  ['a counter below 0', '# HELP a_total x\n# TYPE a_total counter\na_total -1\n'],
  ['a wrong escape', '# HELP a x\n# TYPE a gauge\na{l="\\t"} 1\n'],
  ['no end of line', '# HELP a x\n# TYPE a gauge\na 1'],
  [
    'a bucket that falls',
    '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
  ],
])('the reader refuses %s', (_what, wrong) => {
  expect(() => parseMetrics(wrong, 'prometheus')).toThrow();
});

it.each([
  [null, 'prometheus'],
  ['*/*', 'prometheus'],
  ['application/json', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version=0.0.1', 'prometheus'],
  ['application/openmetrics-text;q=0, text/plain', 'prometheus'],
  ['text/plain;version=0.0.4, application/openmetrics-text;version="1.0.0";q=0.5', 'prometheus'],
  // What Prometheus 2 and 3 send.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    'openmetrics',
  ],
])('Accept: %s gets %s', (accept, format) => {
  expect(metricFormatOf(accept)).toBe(format);
});
