import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isStreamVizError } from '../../src/core/errors.ts';
import type { WindowOptions } from '../../src/core/windows/window-operator.ts';
import { type GaugeOptions, type MetricOptions, parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import type { Axis } from '../../src/dashboard/window-length.ts';

/** One call of the table that Python checks too (test/python/api/test_windows.py); options have their Python names. */
interface Call {
  readonly kind: 'metric' | 'gauge';
  readonly options: Readonly<Record<string, unknown>>;
  readonly wire?: Readonly<Record<string, unknown>>;
  readonly gives?: Gives | null;
  readonly refused?: string;
  readonly code?: string;
  readonly nearest?: string;
}
interface Gives {
  readonly axis: Axis;
  readonly window: number | null;
  readonly slide: number | null;
  readonly session: number | null;
  readonly origin: number;
  readonly aggregations: readonly string[];
  readonly lateness: number;
  readonly allowed_lateness: number;
  readonly idle: number | null;
  readonly counter: boolean;
  readonly per: number | null;
}

const CALLS = JSON.parse(
  readFileSync(new URL('../fixtures/windows-options.json', import.meta.url), 'utf8'),
) as readonly Call[];

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const wireNames = (options: Call['options']) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));

function parse(kind: Call['kind'], options: Readonly<Record<string, unknown>>) {
  const spec = parseWidgetSpec({ id: 'x', kind, name: 'x', options });
  return { options: spec.options as MetricOptions | GaugeOptions, problems: spec.problems };
}

function given(window: WindowOptions, axis: Axis): Gives {
  const { shape, aggregations } = window;
  return {
    axis,
    window: shape.kind === 'session' ? null : shape.size,
    slide: shape.kind === 'sliding' ? shape.slide : null,
    session: shape.kind === 'session' ? shape.gap : null,
    origin: shape.kind === 'session' ? 0 : shape.origin,
    aggregations: aggregations.map(({ text }) => text),
    lateness: window.lateness ?? 0,
    allowed_lateness: window.allowedLateness ?? 0,
    idle: window.idle ?? null,
    counter: window.counter ?? false,
    per: window.sumPer ?? null,
  };
}

const named = (call: Call) => [`${call.kind} ${JSON.stringify(call.options)}`, call] as const;
const accepted = CALLS.filter(({ refused }) => refused === undefined).map(named);
const refused = CALLS.filter((call) => call.refused !== undefined).map(named);

describe('the table of calls', () => {
  it('has both verdicts for metrics and gauges', () => {
    for (const kind of ['metric', 'gauge']) {
      expect(accepted.some(([, call]) => call.kind === kind)).toBe(true);
      expect(refused.some(([, call]) => call.kind === kind)).toBe(true);
    }
  });

  it.each(accepted)('%s gives the windows that it says, as does what Python sends for it', (_, call) => {
    for (const options of [wireNames(call.options), call.wire ?? {}]) {
      const { options: parsed, problems } = parse(call.kind, options);
      expect(problems).toEqual([]);
      expect(parsed.axis).toBe(options.x ?? 'time');
      expect(parsed.window && given(parsed.window, parsed.axis)).toEqual(call.gives);
    }
  });

  it.each(refused)('%s is refused and the option named', (_, call) => {
    const { options, problems } = parse(call.kind, wireNames(call.options));
    expect(options.window).toBeNull();
    const [problem] = problems;
    expect(problems).toHaveLength(1);
    expect(isStreamVizError(problem, call.code)).toBe(true);
    expect(problem?.details.option ?? 'aggregation').toBe(camel(call.refused ?? ''));
    if (call.nearest !== undefined) expect(problem?.message).toContain(`"${call.nearest}"`);
    expect(problem?.message).toContain(call.code === 'AGGREGATION_UNKNOWN' ? 'aggregation' : camel(call.refused ?? ''));
  });
});

describe('windows of a widget', () => {
  it('idle after 5 s of the clock, which a step axis has not', () => {
    expect(parse('metric', { window: '10s' }).options.window).toMatchObject({ idle: 5e6, unit: 1e6 });
    expect(parse('metric', { window: 10, x: 'step' }).options.window).toMatchObject({ idle: null, unit: 1 });
  });

  it('an aggregation without a window shows the fix', () => {
    const { problems } = parse('metric', { aggregation: 'p99' });
    expect(problems[0]?.message).toContain('sv.metric("x", window="10s", aggregation="p99")');
  });

  it('a step axis shows all at first, or so many steps', () => {
    const range = (timeRange?: unknown) =>
      parse('metric', { x: 'step', ...(timeRange !== undefined && { timeRange }) });
    expect((range().options as MetricOptions).timeRangeUs).toBe('all');
    expect((range(500).options as MetricOptions).timeRangeUs).toBe(500);
    expect(range('5m').problems).toHaveLength(1);
  });

  it.each([
    [{ unit: 'req', counter: true }, 'req/s'],
    [{ counter: true }, '/s'],
    [{ unit: 'req', counter: true, aggregation: 'last' }, 'req'],
    [{ unit: 'req', counter: true, aggregation: 'increase' }, 'req'],
    [{ unit: 'B', window: '10s', aggregation: 'sum', per: 's' }, 'B/s'],
    [{ unit: 'B', window: '10s', aggregation: 'sum', per: 'min' }, 'B/min'],
    [{ unit: 'ms', window: '10s', aggregation: 'count' }, null],
    [{ unit: 'ms', window: '10s', aggregation: 'rate' }, '/s'],
    [{ unit: 'ms', window: '10s', aggregation: ['p50', 'p99'] }, 'ms'],
    [{ unit: 'ms', window: '10s', aggregation: ['p50', 'count'] }, 'ms'],
    [{ x: 'step', window: 10, aggregation: 'rate' }, '/step'],
  ])('unit of %j is %j', (options, unit) => {
    expect(parse('metric', options).options.unit).toBe(unit);
  });

  it('values as sent are the default', () => {
    expect(parse('metric', {}).options).toMatchObject({ window: null, axis: 'time', timeRangeUs: 60e6 });
    expect(parse('gauge', {}).options).toMatchObject({ window: null, axis: 'time' });
  });
});
