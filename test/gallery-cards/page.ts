import { CellView } from '../../src/view/cell-view.ts';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import type { WidgetCatalogue } from '../../src/view/widget-catalogue.ts';
import { createGauge } from '../../src/view/widgets/gauge.ts';
import { createTable } from '../../src/view/widgets/table.ts';
import { FakeStore, type FakeTable, NOW_US } from './fake-store.ts';

const ZONES = { green: 70, yellow: 85, red: 100 };
const catalogue: WidgetCatalogue = { gauge: createGauge, table: createTable, metric: createGauge, events: createTable };
const scheduler = new FrameScheduler();
const mode = new URLSearchParams(location.search).get('mode') === 'dark' ? 'dark' : 'light';

const EVENT_COLUMNS = [
  { name: 'Time', type: 'datetime' },
  { name: 'Level', type: 'text' },
  { name: 'Message', type: 'text' },
  { name: 'Service', type: 'text' },
  { name: 'ms', type: 'number' },
] as const;
const MESSAGES = [
  ['Info', 'Order accepted', 'checkout', 88],
  ['Warning', 'Slow query on orders: sequential scan, 1.2 million rows', 'reports', 612],
  ['Info', 'Cache refreshed for 14 keys', 'catalogue', null],
  ['Error', 'Payment declined by the bank: insufficient funds', 'payments', 340],
  [
    'Error',
    'Connection to kafka-2 timed out after 3 attempts; the partition leader moved to kafka-1',
    'checkout',
    1204,
  ],
] as const;

export function eventRow(i: number, count: number): readonly unknown[] {
  return [NOW_US - (count - i) * 913_377 + 0, ...MESSAGES[i % MESSAGES.length]!];
}

function events(count: number, total = count): FakeTable {
  return { columns: EVENT_COLUMNS, total, rows: Array.from({ length: count }, (_, i) => eventRow(i, count)) };
}

const WORKERS: FakeTable = {
  columns: [
    { name: 'Worker', type: 'text' },
    { name: 'Up', type: 'bool' },
    { name: 'Seen', type: 'number' },
    { name: 'Jobs/s', type: 'number' },
    { name: 'Total', type: 'number' },
  ],
  key: 'Worker',
  rows: Array.from({ length: 8 }, (_, i) => [
    `worker-0${i + 1}`,
    i !== 5,
    i === 5 ? 240.25 : 1.5 + i,
    184 - i,
    i === 2 ? 9_007_199_254_740_993n : 10 ** i,
  ]),
};

interface Picture {
  readonly id: string;
  readonly widthPx: number;
  readonly widgets: readonly { kind: string; name: string; options?: object }[];
  readonly fill: (store: FakeStore) => void;
}

const gauge = (options: object) => [
  { kind: 'gauge', name: 'intake', options: { title: 'Intake air', unit: '°C', ...options } },
];
const table = (options: object) => [{ kind: 'table', name: 'events', options: { title: 'Events', ...options } }];
const declared = {
  columns: [
    { name: 'Time', type: 'datetime' },
    { name: 'Message', type: 'text' },
    { name: 'ms', type: 'number' },
  ],
};

const PICTURES: readonly Picture[] = [
  {
    id: 'gauge live',
    widthPx: 320,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => s.setGauge('intake', { value: 62.4 }),
  },
  {
    id: 'gauge warning',
    widthPx: 320,
    widgets: gauge({ thresholds: { warning: 80, critical: 95 } }),
    fill: (s) => s.setGauge('intake', { value: 86.2 }),
  },
  {
    id: 'gauge above',
    widthPx: 320,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => s.setGauge('intake', { value: 118 }),
  },
  {
    id: 'gauge below',
    widthPx: 320,
    widgets: gauge({ thresholds: { warning: 20, critical: 10 } }),
    fill: (s) => s.setGauge('intake', { value: -4 }),
  },
  {
    id: 'gauge plain',
    widthPx: 320,
    widgets: gauge({ unit: 'B', max: 16e9 }),
    fill: (s) => s.setGauge('intake', { value: 6.12e9 }),
  },
  { id: 'gauge waiting', widthPx: 320, widgets: gauge({ thresholds: ZONES }), fill: () => {} },
  {
    id: 'gauge stale',
    widthPx: 320,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => s.setGauge('intake', { value: 91, ageS: 114 }),
  },
  {
    id: 'gauge gone',
    widthPx: 320,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => {
      s.setGauge('intake', { value: 62.4 });
      s.status = 'gone';
      s.goneAtUs = NOW_US - 414e6;
    },
  },
  {
    id: 'gauge folded',
    widthPx: 320,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => s.setGauge('intake', { value: 62.4, folded: 1204 }),
  },
  {
    id: 'gauge error',
    widthPx: 320,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => {
      s.setGauge('intake', { value: 62.4 });
      s.fail('MESSAGE_INVALID', 'A message from the kernel could not be read: it ends after 120 of 480 bytes.');
    },
  },
  {
    id: 'gauge 240',
    widthPx: 240,
    widgets: gauge({ thresholds: ZONES }),
    fill: (s) => s.setGauge('intake', { value: 91 }),
  },
  {
    id: 'gauge 480',
    widthPx: 480,
    widgets: gauge({ thresholds: [70, 85] }),
    fill: (s) => s.setGauge('intake', { value: 72 }),
  },
  { id: 'unknown kind', widthPx: 320, widgets: [{ kind: 'heatmap', name: 'heat' }], fill: () => {} },
  { id: 'table waiting', widthPx: 320, widgets: table(declared), fill: () => {} },
  {
    id: 'table gone',
    widthPx: 320,
    widgets: table(declared),
    fill: (s) => {
      s.setTable('table:events', {
        columns: declared.columns as FakeTable['columns'],
        rows: events(8).rows.map((r) => [r[0], r[2], r[4]]),
      });
      s.status = 'gone';
      s.goneAtUs = NOW_US - 1e6;
    },
  },
  {
    id: 'table error',
    widthPx: 320,
    widgets: table(declared),
    fill: (s) => {
      s.setTable('table:events', {
        columns: declared.columns as FakeTable['columns'],
        rows: events(8).rows.map((r) => [r[0], r[2], r[4]]),
      });
      s.fail('PROTOCOL_VERSION', 'The kernel speaks a newer protocol (2.0) than this page (1.0); reload the page.');
    },
  },
  { id: 'table narrow', widthPx: 320, widgets: table({}), fill: (s) => s.setTable('table:events', events(40)) },
  {
    id: 'table keyed',
    widthPx: 480,
    widgets: table({ title: 'Workers', key: 'Worker' }),
    fill: (s) => s.setTable('table:events', WORKERS),
  },
  { id: 'table live', widthPx: 720, widgets: table({}), fill: (s) => s.setTable('table:events', events(1204)) },
  { id: 'table part', widthPx: 720, widgets: table({}), fill: (s) => s.setTable('table:events', events(512, 1204)) },
  {
    id: 'grid',
    widthPx: 1120,
    widgets: [
      { kind: 'gauge', name: 'a', options: { title: 'Intake air', unit: '%', thresholds: ZONES } },
      {
        kind: 'gauge',
        name: 'b',
        options: {
          title: 'Exhaust air with a title that is much longer than its card is wide',
          unit: '°C',
          thresholds: ZONES,
        },
      },
      { kind: 'table', name: 'events', options: { title: 'Events' } },
    ],
    fill: (s) => {
      s.setGauge('a', { value: 42 });
      s.setGauge('b', { value: 96.5 });
      s.setTable('table:events', events(1204));
    },
  },
];

declare global {
  interface Window {
    gallery: {
      stores: Map<string, FakeStore>;
      views: Map<string, CellView>;
      scheduler: FrameScheduler;
      eventRow: typeof eventRow;
      columns: typeof EVENT_COLUMNS;
      workers: FakeTable;
    };
  }
}

const stores = new Map<string, FakeStore>();
const views = new Map<string, CellView>();
window.gallery = { stores, views, scheduler, eventRow, columns: EVENT_COLUMNS, workers: WORKERS };
document.documentElement.style.background = mode === 'dark' ? '#0f1216' : '#f4f6f8';
for (const picture of PICTURES) {
  const box = document.createElement('figure');
  box.id = picture.id.replace(/ /g, '-');
  box.style.width = `${picture.widthPx}px`;
  const caption = document.createElement('figcaption');
  caption.textContent = `${picture.id}, ${picture.widthPx} px`;
  caption.style.color = mode === 'dark' ? '#8f99a6' : '#616b78';
  box.append(caption);
  document.body.append(box);
  const store = new FakeStore();
  store.setDocument(picture.widgets);
  picture.fill(store);
  const view = new CellView({ element: box, viewId: 'v1', scheduler, catalogue, version: '0.1.0', mode });
  view.setStore(store);
  stores.set(picture.id, store);
  views.set(picture.id, view);
}
