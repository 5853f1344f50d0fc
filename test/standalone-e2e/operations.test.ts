// The server as somebody runs it: scraped under load, watched by probes, read by its log.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { python } from '../../scripts/setup.mjs';
import { bundledServer, ownFolders, removeBundle, startProcess } from '../standalone/life/server-process.ts';
import { parseMetrics } from '../standalone/metrics/strict-parser.ts';
import { type Address, addressOf, numberOf, output, scraped, textOf } from './harness/served.ts';
import { WireProducer } from './harness/wire-producer.ts';
import { WireViewer } from './harness/wire-viewer.ts';

afterAll(removeBundle);

describe('/metrics', () => {
  test('under load is valid each time, its totals never fall, and in the end they are what was sent', async () => {
    const server = addressOf(await startProcess(ownFolders(), { words: ['serve', '--port', '0'] }));
    const first = await new WireProducer(server, 'first').join();
    const second = await new WireProducer(server, 'se"c\nond').join();
    const viewers = await Promise.all([1, 2, 3].map(() => WireViewer.fresh({ ...server, width: 512, rangeUs: 6e7 })));
    let isOver = false;
    const load = (async () => {
      for (let i = 0; i < 150; i += 1) {
        for (const producer of [first, second]) producer.socket.send(producer.rows(`cpu${i % 7}`, 2000));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      isOver = true;
    })();
    const totals = new Map<string, number>();
    let scrapes = 0;
    let slowestMs = 0;
    while (!isOver) {
      const began = performance.now();
      const families = await scraped(server);
      slowestMs = Math.max(slowestMs, performance.now() - began);
      scrapes += 1;
      for (const { name, kind, samples } of families.values()) {
        if (kind !== 'counter') continue;
        for (const { labels, value } of samples) {
          const key = `${name} ${JSON.stringify(labels)}`;
          expect([key, value >= (totals.get(key) ?? 0)]).toEqual([key, true]);
          totals.set(key, value);
        }
      }
    }
    await load;
    await Promise.all([first.settled(), second.settled()]);
    const families = await scraped(server);
    console.log(`${scrapes} scrapes under load, the slowest took ${slowestMs.toFixed(1)} ms`);
    for (const { plain } of [first, second]) {
      const session = plain.session;
      expect(numberOf(families, 'streamviz_session_samples', { session })).toBe(300_000);
      expect(numberOf(families, 'streamviz_session_messages', { session })).toBe(150);
      expect(numberOf(families, 'streamviz_session_series', { session })).toBe(7);
      expect(numberOf(families, 'streamviz_session_lag_seconds', { session })).toBeGreaterThanOrEqual(0);
    }
    expect(numberOf(families, 'streamviz_viewers', { way: 'websocket' })).toBe(viewers.length);
    expect(numberOf(families, 'streamviz_producers', { way: 'websocket' })).toBe(2);
    expect(numberOf(families, 'streamviz_ready')).toBe(1);
    expect(numberOf(families, 'streamviz_http_requests', { path: '/metrics', code: '200' })).toBe(scrapes);
    expect(numberOf(families, 'streamviz_event_loop_delay_seconds', { quantile: '1.0' })).toBeLessThan(10);
    // As the system sees it.
    const rss = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) * 1024;
    expect(numberOf(families, 'process_resident_memory_bytes') / rss).toBeCloseTo(1, 0);
    const began = numberOf(families, 'process_start_time_seconds');
    expect(Math.abs(began - Date.now() / 1000)).toBeLessThan(60);
  });

  test("in both forms is read by Prometheus' own library as by ours", async () => {
    const server = addressOf(await startProcess(ownFolders(), { words: ['serve', '--port', '0'] }));
    const producer = await new WireProducer(server, 'a "b" \\ c\nd').join();
    producer.socket.send(producer.rows('cpu', 10));
    await producer.settled();
    await textOf(server, '/metrics');
    await textOf(server, '/api/query?metric=nosuch');
    const forms = [
      ['prometheus', 'text/plain', 'prometheus_client.parser'],
      ['openmetrics', 'application/openmetrics-text', 'prometheus_client.openmetrics.parser'],
    ] as const;
    for (const [format, accept, module] of forms) {
      const { text } = await textOf(server, '/metrics', { accept });
      const script = `import json, sys\nfrom ${module} import text_string_to_metric_families as read\nprint(json.dumps([[s.name, s.labels, s.value] for f in read(sys.stdin.read()) for s in f.samples]))`;
      const theirs = JSON.parse(await output(python, ['-c', script], text)) as readonly unknown[];
      const ours = [...parseMetrics(text, format).values()].flatMap(({ samples }) =>
        samples.map(({ name, labels, value }) => [name, labels, value]),
      );
      const order = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
      // Theirs writes the edges of histograms anew.
      const plain = (rows: readonly unknown[]) => order(rows).filter((row) => !row.includes('_bucket"'));
      expect(plain(theirs)).toEqual(plain(ours));
      expect(theirs.length).toBe(ours.length);
    }
  });

  test('needs the token, and does not keep a server that nobody uses', async () => {
    const started = await startProcess(ownFolders(), { words: ['serve', '--port', '0', '--linger', '1s'] });
    const server = addressOf(started);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    const viewer = await WireViewer.fresh({ ...server, width: 512, rangeUs: null });
    viewer.close();
    const watching = setInterval(() => void fetch(`${server.url}/api/health/live`).catch(() => undefined), 100);
    const scraping = setInterval(() => void textOf(server, '/metrics').catch(() => undefined), 100);
    onTestFinished(() => {
      clearInterval(watching);
      clearInterval(scraping);
    });
    expect(await started.ended).toBe(0);
  });
});

describe('probes', () => {
  test('alive and ready without a token; alive and not ready where the history cannot be written', async () => {
    const environment = ownFolders();
    const good = addressOf(await startProcess(environment, { words: ['serve', '--port', '0'] }));
    for (const path of ['/api/health/live', '/api/health/ready'])
      expect((await fetch(good.url + path)).status).toBe(200);
    const words = [
      'serve',
      '--port',
      '0',
      '--persistence',
      'sqlite:////proc/no/such/folder/history.db',
      '--log-level',
      'off',
    ];
    const bad = addressOf(await startProcess(ownFolders(), { words }));
    expect((await fetch(`${bad.url}/api/health/live`)).status).toBe(200);
    const ready = await fetch(`${bad.url}/api/health/ready`);
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
    const { error } = (await ready.json()) as { error: { code: string; details: { reasons: readonly string[] } } };
    expect([error.code, error.details.reasons]).toEqual(['UNREADY', [expect.stringMatching(/^HISTORY_/)]]);
    const health = JSON.parse((await textOf(bad, '/api/health')).text) as Record<string, unknown>;
    expect(health).toMatchObject({ status: 'ok', ready: false, reasons: [{ code: error.details.reasons[0] }] });
    expect(numberOf(await scraped(bad), 'streamviz_ready')).toBe(0);
  });
});

describe('the log', () => {
  test('at its finest is one JSON object a line, and holds no token, key or password, whatever comes', async () => {
    const words = ['serve', '--port', '0', '--log-level', 'debug', '--log-format', 'json'];
    const accounts = ['--user', 'ann', '--key', 'grafana=view'];
    const secrets = {
      STREAM_VIZ_PASSWORD_ANN: 'correct-horse-battery',
      STREAM_VIZ_KEY_GRAFANA: 'key-of-grafana-0123456789abcdef',
    };
    const started = await startProcess({ ...ownFolders(), ...secrets }, { words: [...words, ...accounts] });
    const server = addressOf(started);
    const hidden = [...Object.values(secrets), ...(server.token === null ? [] : [server.token])];
    const guess = 'a-guess-of-somebody-0123456789';
    for (const secret of [...hidden, guess]) {
      for (const headers of [
        { authorization: `Bearer ${secret}` },
        { authorization: `Basic ${Buffer.from(`ann:${secret}`).toString('base64')}` },
        { cookie: `streamviz-${server.port}=${secret}` },
      ])
        await fetch(`${server.url}/api/metrics`, { headers }).then((answer) => answer.text());
      await fetch(`${server.url}/api/query?metric=x&token=${secret}`).then((answer) => answer.text());
      await fetch(`${server.url}/${secret}?token=${secret}`, { redirect: 'manual' }).then((answer) => answer.text());
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws?token=${secret}`);
      socket.on('error', () => undefined);
      await new Promise((resolve) =>
        socket.once('close', resolve).once('open', () => setTimeout(() => socket.close(), 50)),
      );
    }
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    const lines = started.stderr().trim().split('\n');
    const events = new Set<unknown>();
    for (const line of lines) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      expect(entry).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/), level: expect.any(String) });
      events.add(entry.event);
    }
    for (const event of ['server.started', 'server.ended', 'signal', 'request', 'access.denied'])
      expect(events).toContain(event);
    for (const secret of [...hidden, guess]) {
      const base64 = Buffer.from(`ann:${secret}`).toString('base64');
      expect(lines.filter((line) => line.includes(secret) || line.includes(base64))).toEqual([]);
    }
  });

  test('that nobody reads holds up nothing: the server answers, and ends in order', async () => {
    const words = ['serve', '--port', '0', '--log-level', 'debug'];
    const child = spawn(process.execPath, [await bundledServer(), ...words], {
      env: { ...ownFolders(), PATH: process.env.PATH },
      stdio: 'pipe',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const server = JSON.parse(String(await new Promise((resolve) => child.stdout.once('data', resolve)))) as Address;
    child.stderr.pause();
    // A refusal tells its path: in all they are more than a pipe and its reader hold.
    const path = `/api/${'x'.repeat(900)}`;
    for (let i = 0; i < 250; i += 1) expect((await fetch(`${server.url}${path}${i}`)).status).toBe(401);
    expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
