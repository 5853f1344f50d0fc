import { describe, expect, it } from 'vitest';
import { parseWidgetSpec } from '../../../src/dashboard/widget-specs.ts';
import { LineContent } from '../../../src/view/panel/line-content.ts';
import { type FedWidget, Feed, NOW_US } from '../../gallery-panel/feed.ts';

const FRAME = { nowMs: 1000, clockUs: NOW_US, width: 300, height: 28, pixelRatio: 1 };

function setUp(
  widget: Partial<FedWidget>,
  lines: Readonly<Record<number, readonly number[]>>,
  row: { readonly line?: number; readonly isPaused?: boolean } = {},
) {
  const whole: FedWidget = { kind: 'metric', name: 'cpu', cell: null, ...widget };
  const feed = new Feed([whole], () => NOW_US);
  for (const [series, values] of Object.entries(lines)) {
    const time = (i: number): number => NOW_US - (values.length - 1 - i) * 1e6;
    feed.samples(values.map((value, i) => ({ series: Number(series), time: time(i), value })));
  }
  const { id = '', name, kind, options = {} } = { id: `${whole.kind}:${whole.name}`, ...whole };
  const spec = parseWidgetSpec({ id, name, kind, options });
  if (spec.kind !== 'metric' && spec.kind !== 'gauge') throw new Error('a metric or gauge');
  const source = { store: feed.store, timezone: 'UTC', isPaused: () => row.isPaused === true };
  return { feed, content: new LineContent(spec, source, row.line ?? null) };
}
const three = [[['core', '0']], [['core', '1']], [['core', '2']]] as const;

describe('a compact row of lines', () => {
  it('one line says its newest value with its unit, and how bad it is', () => {
    const { content } = setUp({ options: { unit: '%', thresholds: { warning: 80 } } }, { 0: [60, 70, 86.4] });
    const { value, severity, state } = content.read(FRAME);
    expect([value.unit, Number.parseFloat(value.number), severity, state.kind]).toEqual(['%', 86.4, 'warning', 'live']);
  });

  it('without data it waits, with the call that sends', () => {
    const { value, state } = setUp({}, {}).content.read(FRAME);
    expect([value.number, state]).toEqual(['–', { kind: 'waiting', call: 'cpu.send(1)' }]);
  });

  it('several calm lines are counted; past a threshold the worst one’s value stands there, and its name is spoken', () => {
    const options = { unit: '%', thresholds: { warning: 80, critical: 95 } };
    const calm = setUp({ lines: three, options }, { 0: [10], 1: [20], 2: [30] }).content.read(FRAME);
    expect([calm.value.number, calm.value.unit, calm.severity]).toEqual(['3', 'lines', 'ok']);
    const bad = setUp({ lines: three, options }, { 0: [85], 1: [97], 2: [30] }).content.read(FRAME);
    expect([Number.parseFloat(bad.value.number), bad.severity]).toEqual([97, 'critical']);
    expect(bad.spoken).toMatch(/^3 lines, worst core 1 97/);
  });

  it('a row of one line says that line’s value and no other’s', () => {
    const data = { 0: [10], 1: [20], 2: [30] };
    const values = [0, 1, 2].map((line) => setUp({ lines: three }, data, { line }).content.read(FRAME).value.number);
    expect(values).toEqual(['10', '20', '30']);
  });

  it('a gauge says the one line that it shows, in the decimals of its scale', () => {
    const { content } = setUp({ kind: 'gauge', lines: three, options: { min: 0, max: 100 } }, { 0: [42], 1: [7] });
    expect(content.read(FRAME).value.number).toBe('42.0');
  });

  it('a windowed metric says its newest final result', () => {
    const options = { window: '10s', aggregation: 'max' };
    const values = Array.from({ length: 31 }, (_, i) => i);
    const { feed, content } = setUp({ options }, { 0: values });
    const spec = parseWidgetSpec({ id: 'm', kind: 'metric', name: 'cpu', options });
    const [line] = spec.kind === 'metric' ? feed.store.windowed('cpu', spec.options.window!) : [];
    expect(line?.window?.newest?.final).toBe(true);
    expect(Number(content.read(FRAME).value.number)).toBe(line?.window?.newest?.value);
  });

  it('long after its newest sample it is stale, unless the panel stands still', () => {
    const [moving, still] = [false, true].map((isPaused) => {
      const { content } = setUp({ options: { timeRange: '5m' } }, { 0: [1, 2, 3] }, { isPaused });
      return content.read({ ...FRAME, clockUs: NOW_US + 60e6 }).state.kind;
    });
    expect([moving, still]).toEqual(['stale', 'live']);
  });
});
