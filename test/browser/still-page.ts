import { blockLengthUs, blockTable } from '../../src/session/event-tables.ts';
import type { SeriesView, TableRow } from '../../src/session/session-view.ts';
import { type ViewStill, viewStill } from '../../src/view/still/view-still.ts';
import { ViewStills } from '../../src/view/still/view-stills.ts';
import { FakeSeries } from '../gallery/fake-store.ts';
import { FakeWindowed } from '../gallery/fake-windows.ts';
import { FakeStore, NOW_US } from '../gallery-cards/fake-store.ts';

interface WidgetWish {
  readonly kind: string;
  readonly name: string;
  readonly options?: object;
}

/** What is seen in a picture once a browser has decoded it. */
interface Seen {
  readonly width: number;
  readonly height: number;
  /** Pixels of each colour, `#rrggbb`. */
  readonly colors: Readonly<Record<string, number>>;
}

/** A store with lines of any kind, tables and panes. */
class StillStore extends FakeStore {
  readonly #lines: SeriesView[] = [];

  override series(name: string): readonly SeriesView[] {
    return this.#lines.filter((line) => line.name === name);
  }

  add<Line extends SeriesView>(line: Line): Line {
    this.#lines.push(line);
    return line;
  }
}

let seed = 7;
const random = (): number => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647 - 0.5;
};

interface WanderShape {
  readonly middle: number;
  readonly swing: number;
  readonly noise?: number;
  readonly stepS?: number;
  readonly lengthS?: number;
  readonly labels?: readonly (readonly [string, string])[];
}

function wander(store: StillStore, name: string, shape: WanderShape): FakeSeries {
  const line = store.add(new FakeSeries(name, shape.labels));
  const { middle, swing, noise = 0.1, stepS = 0.05, lengthS = 70 } = shape;
  const phase = random() * 6;
  for (let ago = lengthS; ago > 0; ago -= stepS) {
    const value = middle + swing * Math.sin(ago / 9 + phase) + swing * noise * 2 * random();
    line.push(Math.round(NOW_US - ago * 1e6), value);
  }
  return line;
}

const SERVICES = ['checkout', 'payments', 'search', 'reports', 'catalogue'];
const ROWS = Array.from({ length: 60 }, (_, i) => [
  NOW_US - (60 - i) * 913_377,
  ['Info', 'Warning', 'Error'][i % 3],
  ['Order accepted', 'Slow query on orders: sequential scan, 1.2 million rows', 'Payment declined'][i % 3],
  SERVICES[i % 5],
  i % 7 === 0 ? null : 12.5 * i,
]);
const COLUMNS = [
  { name: 'Time', type: 'datetime' },
  { name: 'Level', type: 'text' },
  { name: 'Message', type: 'text' },
  { name: 'Service', type: 'text' },
  { name: 'ms', type: 'number' },
] as const;

function fillEvents(store: StillStore): void {
  const lengthUs = blockLengthUs({ perUs: 60e6, keepUs: 6 * 3600e6 });
  const columns = [
    { name: 'pane', type: 'text' },
    { name: 'count', type: 'number' },
    { name: 'last', type: 'datetime' },
    { name: 'actors', type: 'text' },
    { name: 'complete', type: 'bool' },
    { name: 'flag:overage', type: 'number' },
  ] as const;
  const blocks = new Map<number, TableRow[]>();
  let id = 1;
  for (let ago = 0; ago < 30; ago++) {
    for (const [i, key] of ['ansys', 'catia', 'matlab', 'nastran', 'petrel'].entries()) {
      const startUs = NOW_US - ago * 60e6 - (NOW_US % 60e6);
      const block = Math.floor(startUs / lengthUs) * lengthUs;
      const pane = `${startUs}/${key}`;
      const cells = [
        pane,
        12 - 2 * i + (ago % 3),
        startUs + 5e6,
        JSON.stringify(['ann', 'bob'].slice(0, 1 + (ago % 2))),
        true,
        i === 1 ? 2 : 0,
      ];
      blocks.set(block, [...(blocks.get(block) ?? []), { id: id++, firstId: id, key: pane, cells, changedAtSeq: 1 }]);
    }
  }
  for (const [start, rows] of blocks) store.setRows(blockTable('borrows', start), { columns, key: 'pane' }, rows);
  const counters = JSON.stringify({ life: 1, taken: 1500, edgeUs: NOW_US - 2e6, horizonUs: NOW_US - 1800e6 });
  store.setTable('events:borrows', { columns: [{ name: 'counters', type: 'text' }], rows: [[counters]] });
}

const cpu = (title = 'CPU usage', options: object = {}): WidgetWish => ({
  kind: 'metric',
  name: title,
  options: { title, unit: '%', thresholds: { warning: 80, critical: 95 }, timeRange: '1m', ...options },
});

const window1m = { unit: 1e6, shape: { kind: 'tumbling', size: 10e6 }, lateness: 0 } as never;

const SCENES: Readonly<Record<string, (store: StillStore) => readonly WidgetWish[]>> = {
  metric: (store) => {
    wander(store, 'CPU usage', { middle: 62, swing: 22 });
    return [cpu()];
  },
  noisy: (store) => {
    wander(store, 'CPU usage', { middle: 50, swing: 40, noise: 1, stepS: 0.01 });
    return [cpu()];
  },
  warning: (store) => {
    wander(store, 'CPU usage', { middle: 62, swing: 22 }).push(NOW_US - 1000, 91.2);
    return [cpu()];
  },
  lines: (store) => {
    for (let i = 0; i < 5; i++) {
      wander(store, 'Requests', { middle: 200 + 60 * i, swing: 30, labels: [['host', `web-${i + 1}.example.org`]] });
    }
    return [{ kind: 'metric', name: 'Requests', options: { unit: 'req/s', timeRange: '1m' } }];
  },
  manyLines: (store) => {
    for (let i = 0; i < 20; i++) wander(store, 'core', { middle: 5 * i, swing: 4, labels: [['core', String(i)]] });
    return [{ kind: 'metric', name: 'core', options: { title: 'Cores', unit: '%', timeRange: '1m' } }];
  },
  gap: (store) => {
    const line = wander(store, 'Pressure', { middle: 1.2, swing: 0.2 });
    line.pending = [{ startUs: NOW_US - 40e6, endUs: NOW_US - 30e6 }];
    line.restored = [{ startUs: NOW_US - 25e6, endUs: NOW_US - 15e6 }];
    return [{ kind: 'metric', name: 'Pressure', options: { unit: 'bar', timeRange: '1m' } }];
  },
  empty: (store) => {
    wander(store, 'CPU usage', { middle: 62, swing: 22 });
    return [cpu(), cpu('Memory')];
  },
  gone: (store) => {
    store.status = 'gone';
    store.goneAtUs = NOW_US - 3e6;
    wander(store, 'CPU usage', { middle: 62, swing: 22 });
    return [cpu()];
  },
  windowed: (store) => {
    const line = store.add(new FakeWindowed('latency', 'p99', window1m));
    for (let i = 12; i > 0; i--) {
      const endUs = NOW_US - i * 10e6 + 6e6;
      line.result({ startUs: endUs - 10e6, endUs, value: 300 + 120 * Math.sin(i) });
    }
    line.result({ startUs: NOW_US - 4e6, endUs: NOW_US + 6e6, value: 380, final: false }, NOW_US);
    return [
      {
        kind: 'metric',
        name: 'latency',
        options: { title: 'Latency', unit: 'ms', window: '10s', aggregation: 'p99', timeRange: '2m' },
      },
    ];
  },
  steps: (store) => {
    const line = store.add(new FakeSeries('loss'));
    for (let i = 0; i < 4000; i++) line.push(i, 2.4 * Math.exp(-i / 900) + 0.1 * random());
    return [{ kind: 'metric', name: 'loss', options: { title: 'Loss', x: 'step' } }];
  },
  gauge: (store) => {
    wander(store, 'Intake air', { middle: 62, swing: 1 });
    return [
      { kind: 'gauge', name: 'Intake air', options: { unit: '°C', thresholds: { green: 70, yellow: 85, red: 100 } } },
    ];
  },
  gaugeOver: (store) => {
    wander(store, 'Intake air', { middle: 120, swing: 1 });
    return [
      { kind: 'gauge', name: 'Intake air', options: { unit: '°C', thresholds: { green: 70, yellow: 85, red: 100 } } },
    ];
  },
  table: (store) => {
    store.setTable('table:log', { columns: COLUMNS, rows: ROWS });
    return [{ kind: 'table', name: 'log', options: { title: 'Events' } }];
  },
  events: (store) => {
    fillEvents(store);
    return [
      {
        kind: 'events',
        name: 'borrows',
        options: { title: 'Borrowed tools', key: 'tool', actor: 'user', flags: ['overage'] },
      },
    ];
  },
  three: (store) => {
    wander(store, 'CPU usage', { middle: 62, swing: 22 });
    wander(store, 'Memory', { middle: 12e9, swing: 1e9 });
    wander(store, 'Intake air', { middle: 78, swing: 1 });
    return [
      cpu(),
      { kind: 'metric', name: 'Memory', options: { unit: 'B', timeRange: '1m' } },
      { kind: 'gauge', name: 'Intake air', options: { unit: '°C', thresholds: { green: 70, yellow: 85, red: 100 } } },
    ];
  },
  eight: (store) => many(store, 8),
  thirty: (store) => many(store, 30),
  hundred: (store) => many(store, 100),
};

function many(store: StillStore, count: number): readonly WidgetWish[] {
  return Array.from({ length: count }, (_, i) => {
    wander(store, `sensor ${i + 1}`, { middle: 40 + i, swing: 10 + i / 3, noise: 0.3 });
    return cpu(`sensor ${i + 1}`, { unit: i % 2 === 0 ? '%' : '°C' });
  });
}

const stores = new Map<string, StillStore>();
function storeOf(scene: string): StillStore {
  let store = stores.get(scene);
  if (store === undefined) {
    seed = 7;
    store = new StillStore();
    store.setDocument(SCENES[scene]!(store));
    stores.set(scene, store);
  }
  return store;
}

let prepared: readonly StillStore[] = [];
let stills = new ViewStills();
let moves = 0;

const stillLab = {
  scenes: Object.keys(SCENES),
  /** The picture of a scene, made anew. */
  still(scene: string, maxBytes = 60_000): (ViewStill & { readonly attempt: number }) | null {
    const store = storeOf(scene);
    const specs = store.document!.widgets;
    const made = viewStill({ store, specs, timezone: 'UTC', maxBytes, from: 0 });
    return made === null ? null : { ...made.still, attempt: made.attempt };
  },
  /** Decodes a picture as a page does. */
  async see(png: string): Promise<Seen> {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const colors: Record<string, number> = {};
    for (let i = 0; i < data.length; i += 4) {
      const color = `#${[0, 1, 2].map((k) => data[i + k]!.toString(16).padStart(2, '0')).join('')}`;
      colors[color] = (colors[color] ?? 0) + 1;
    }
    return { width: canvas.width, height: canvas.height, colors };
  },
  /** Another scene's data under a view that has a picture already: what is drawn anew, and what is not. */
  cached(): Record<string, boolean> {
    const store = new StillStore();
    const line = wander(store, 'CPU usage', { middle: 62, swing: 22 });
    const other = wander(store, 'Memory', { middle: 5, swing: 1 });
    store.setDocument([cpu()]);
    const own = new ViewStills(() => 0);
    const draw = () => own.of(store, 'v1', { maxBytes: 60_000 });
    const first = draw();
    store.seq++;
    store.clockUs += 60e6;
    other.push(NOW_US + 1, 7);
    const afterOthers = draw();
    line.push(NOW_US + 2, 88);
    const afterOwn = draw();
    store.status = 'gone';
    const afterEnd = draw();
    return {
      sameAfterOtherData: first === afterOthers,
      newAfterOwnData: afterOwn !== afterOthers && afterOwn?.text.startsWith('CPU usage 88.0') === true,
      newAfterEnd: afterEnd !== afterOwn,
      noneOfUnknownView: own.of(store, 'v9', { maxBytes: 60_000 }) === null,
      noneWithoutDocument: own.of(new StillStore(), 'v1', { maxBytes: 60_000 }) === null,
    };
  },
  /** Ms of the fastest of some rounds: pictures of 20 views whose data moved, and 20 times what a canvas takes to encode one. */
  race(scene: string, rounds: number): { readonly stills: number; readonly canvas: number } {
    stillLab.prepare(scene, 20);
    let fastest = Number.POSITIVE_INFINITY;
    let plain = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      stillLab.move();
      const startMs = performance.now();
      stillLab.draw();
      fastest = Math.min(fastest, performance.now() - startMs);
      const canvas = document.createElement('canvas');
      canvas.width = 1440;
      canvas.height = 448;
      const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
      for (let x = 0; x < 1440; x++) context.lineTo(x, 220 + 90 * Math.sin(x / 60) + 9 * random());
      context.stroke();
      const encodeMs = performance.now();
      for (let i = 0; i < 20; i++) canvas.toDataURL();
      plain = Math.min(plain, performance.now() - encodeMs);
    }
    return { stills: fastest, canvas: plain };
  },
  /** Makes `views` views of a scene for `move` and `draw`. */
  prepare(scene: string, views: number): void {
    prepared = Array.from({ length: views }, () => {
      const store = new StillStore();
      store.setDocument(SCENES[scene]!(store));
      return store;
    });
    stills = new ViewStills();
  },
  /** Every line of the prepared views gets a sample. */
  move(): void {
    for (const store of prepared) {
      store.seq++;
      for (const { name } of store.document!.widgets) {
        for (const line of store.series(name)) (line as FakeSeries).push(NOW_US + ++moves, 60);
      }
    }
  },
  /** Draws what moved of the prepared views; returns the pictures. */
  draw: (): readonly (ViewStill | null)[] => prepared.map((store) => stills.of(store, 'v1', { maxBytes: 60_000 })),
};

declare global {
  interface Window {
    stillLab: typeof stillLab;
  }
}
window.stillLab = stillLab;
