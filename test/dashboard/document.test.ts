import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/dashboard/document.ts';
import { parseDurationUs } from '../../src/dashboard/duration.ts';
import { widgetSchema } from '../../src/dashboard/schema.ts';
import { unitOf } from '../../src/dashboard/units.ts';
import { parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';

describe('document', () => {
  it('the example of the protocol parses; absent options have their defaults', () => {
    const document = parseDocument({
      revision: 3,
      version: '0.1.0',
      title: null,
      timezone: null,
      language: 'en',
      widgets: [{ id: 'metric:cpu', kind: 'metric', name: 'cpu', options: { unit: '%' } }],
      views: [{ id: 'v1', cell: null, widgets: ['metric:cpu'] }],
      generations: { '["cpu",[]]': 1 },
    });
    expect(document.widgets[0]).toMatchObject({
      kind: 'metric',
      options: { title: 'cpu', unit: '%', timeRangeUs: 60e6, maxPoints: 100_000 },
    });
    expect(document.generations.get('["cpu",[]]')).toBe(1);
    expect(document.problems).toEqual([]);
    expect(document.version).toBe('0.1.0');
  });

  it('a producer that does not say its version, or says it as no text, has none', () => {
    expect([{}, { version: 7 }].map((given) => parseDocument({ revision: 1, ...given }).version)).toEqual([null, null]);
  });

  it('a broken widget is left out and named; the rest stays', () => {
    const document = parseDocument({
      revision: 1,
      widgets: [{ kind: 'metric' }, { id: 'a', kind: 'table', name: 'a' }],
    });
    expect(document.widgets.map(({ id }) => id)).toEqual(['a']);
    expect(document.problems.map(({ code }) => code)).toEqual(['WIDGET_INVALID']);
  });

  it('without a revision it is refused', () => {
    expect(() => parseDocument({ widgets: [] })).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID' }));
    expect(() => parseDocument(null)).toThrow();
  });
});

describe('widget spec', () => {
  const metric = (options: unknown) => parseWidgetSpec({ id: 'm', kind: 'metric', name: 'cpu', options });

  it('a refused option falls back to its default and is told', () => {
    const spec = metric({ color: 'redd', maxPoints: 1.5, timeRange: '5 parsecs' });
    expect(spec.options).toMatchObject({ color: null, maxPoints: 100_000, timeRangeUs: 60e6 });
    expect(spec.problems.map(({ code }) => code).sort()).toEqual([
      'COLOR_INVALID',
      'DURATION_INVALID',
      'OPTION_INVALID',
    ]);
  });

  it('an unknown option of a newer producer is ignored, an unknown kind is named', () => {
    expect(metric({ sparkle: true }).problems).toEqual([]);
    expect(parseWidgetSpec({ id: 'x', kind: 'heatmap', name: 'x' })).toMatchObject({
      kind: 'unknown',
      wanted: 'heatmap',
    });
  });

  it('a gauge with min >= max keeps a valid scale and says so', () => {
    const spec = parseWidgetSpec({ id: 'g', kind: 'gauge', name: 'g', options: { min: 5, max: 5 } });
    expect(spec.options).toMatchObject({ min: 0, max: 100 });
    expect(spec.problems).toHaveLength(1);
  });
});

describe('durations, units, schema', () => {
  it('durations are whole microseconds', () => {
    expect(['30s', '5m', '1h30m', '500ms', '2d', 1.5].map(parseDurationUs)).toEqual([
      30e6, 300e6, 5400e6, 5e5, 172_800e6, 15e5,
    ]);
    for (const bad of ['', 'm', '5x', '-1s', 0, Number.NaN, null]) expect(() => parseDurationUs(bad)).toThrow();
  });

  it('known units keep their rules with a rate behind them', () => {
    expect(unitOf('B/s')).toMatchObject({ kind: 'bytes', suffix: '/s' });
    expect(unitOf('jobs')).toMatchObject({ kind: 'plain', symbol: 'jobs' });
    expect(unitOf('constructor')).toMatchObject({ kind: 'plain' });
  });

  it('the schema is JSON and every option has a wire name, a type and a doc', () => {
    const schema = widgetSchema();
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    for (const { options } of [...Object.values(schema.widgets), schema.configure]) {
      for (const [python, option] of Object.entries(options)) {
        expect(option.wire).toBe(python.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
        expect(option.doc).not.toBe('');
      }
    }
  });
});
