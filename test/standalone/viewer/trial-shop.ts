import { TrialProducer } from './trial-producer.ts';

const wave = (t: number, seed: number): number =>
  Math.sin(t / 37 + seed) * 0.5 + Math.sin(t / 11 + seed * 3) * 0.3 + Math.sin(t / 3.1 + seed * 7) * 0.2;
/** Repeatable noise in [-1, 1]. */
const noise = (i: number, seed: number): number => {
  const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
  return (x - Math.floor(x)) * 2 - 1;
};

const EVENTS = [
  { name: 'time', type: 'datetime' },
  { name: 'level', type: 'text' },
  { name: 'message', type: 'text' },
  { name: 'service', type: 'text' },
  { name: 'ms', type: 'number' },
] as const;
const WORKERS = [
  { name: 'worker', type: 'text' },
  { name: 'state', type: 'text' },
  { name: 'seen', type: 'number' },
  { name: 'jobs', type: 'number' },
] as const;
const MESSAGES = [
  ['Info', 'Order accepted', 'checkout', 88],
  ['Warning', 'Slow query on orders: sequential scan, 1.2 million rows', 'reports', 612],
  ['Error', 'Connection to kafka-2 timed out after 3 attempts; the partition leader moved', 'checkout', 1204],
  ['Info', 'Cache refreshed for 14 keys', 'catalogue', null],
] as const;

const METRICS = [
  { name: 'orders', title: 'Orders today', base: 12_480, swing: 40, unit: null },
  { name: 'cpu', title: 'CPU usage', base: 62, swing: 30, unit: '%', thresholds: { green: 80, yellow: 95, red: 200 } },
  { name: 'latency', title: 'Request latency', base: 131, swing: 40, unit: 'ms' },
  { name: 'throughput', title: 'Throughput', base: 1284, swing: 220, unit: '/s' },
  { name: 'memory', title: 'Memory', base: 6.12e9, swing: 4e8, unit: 'B' },
] as const;

function widgets(): Record<string, unknown>[] {
  const metric = ({ name, title, unit, ...rest }: (typeof METRICS)[number]): Record<string, unknown> => ({
    ...{ id: `metric:${name}`, kind: 'metric', name },
    options: {
      ...{ title, timeRange: '15m' },
      ...(unit === null ? {} : { unit }),
      ...('thresholds' in rest ? { thresholds: rest.thresholds } : {}),
    },
  });
  const gauge = (name: string, title: string): Record<string, unknown> => ({
    ...{ id: `gauge:${name}`, kind: 'gauge', name },
    options: { title, unit: '°C', min: 0, max: 100, thresholds: { green: 70, yellow: 85, red: 100 } },
  });
  return [
    ...METRICS.map(metric),
    { id: 'metric:core', kind: 'metric', name: 'core', options: { title: 'CPU by core', unit: '%', timeRange: '15m' } },
    gauge('intake', 'Intake air'),
    gauge('exhaust', 'Exhaust air'),
    { id: 'table:events', kind: 'table', name: 'events', options: { title: 'Events' } },
    { id: 'table:workers', kind: 'table', name: 'workers', options: { title: 'Workers', key: 'worker' } },
  ];
}

/** The dashboard of the reference picture: a shop's checkout service, with 15 minutes behind it. */
export class TrialShop {
  readonly producer: TrialProducer;
  #second = 0;
  #events = 0;

  constructor(session: string, historySeconds = 900) {
    this.producer = new TrialProducer(session);
    this.producer.publish({ title: 'Checkout service', widgets: widgets() });
    const nowUs = Date.now() * 1000;
    for (let i = historySeconds; i > 0; i -= 1) this.#at(nowUs - i * 1e6, 4);
  }

  /** The next second or part of one, as of now. */
  step(): void {
    this.#at(Date.now() * 1000, 1);
  }

  #at(timeUs: number, perStep: number): void {
    const { producer } = this;
    this.#second += 1;
    for (let part = 0; part < perStep; part += 1) {
      const at = timeUs + (part * 1e6) / perStep;
      const t = at / 1e6;
      for (const [seed, { name, base, swing }] of METRICS.entries()) {
        const spike = name === 'latency' && this.#second === 560 && part === 0 ? 580 : 0;
        producer.send(name, {}, at, base + swing * (wave(t, seed) + 0.3 * noise(t, seed)) + spike);
      }
    }
    const t = timeUs / 1e6;
    for (let core = 0; core < 8; core += 1) {
      producer.send('core', { core: String(core) }, timeUs, 8 + core * 12 + 5 * wave(t, core) + noise(t, core));
    }
    producer.send('intake', {}, timeUs, 62.4 + wave(t, 4) * 2);
    producer.send('exhaust', {}, timeUs, 118 + wave(t, 5));
    if (this.#second % 5 === 0) {
      const [level, message, service, ms] = MESSAGES[this.#events++ % MESSAGES.length]!;
      producer.row('table:events', EVENTS, null, [timeUs, level, message, service, ms]);
    }
    if (this.#second % 3 === 0) {
      const worker = `worker-0${(Math.floor(this.#second / 3) % 8) + 1}`;
      producer.row('table:workers', WORKERS, worker, [worker, 'Running', 2, Math.round(180 + 10 * noise(t, 1))]);
    }
  }
}
