// Answers that are compressed for who is far and takes that, asked of a real server.
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acceptsGzip, isFar } from '../../../standalone/server/far.ts';
import { type Answer, ask, ingest, openServer } from './asking.ts';

const T0 = 1_790_000_000;
const FAR = { 'x-forwarded-for': '10.1.2.3' };
const QUERY = `/api/query?metric=load&start=${T0}&end=${T0 + 400}`;

async function filled() {
  const { server } = await openServer();
  const rows = Array.from({ length: 400 }, (_, i) => ({ metric: 'load', value: Math.sin(i) * 100, time: T0 + i }));
  await ingest(server, rows);
  return server;
}

const isPacked = ({ headers }: Answer): boolean => headers['content-encoding'] === 'gzip';
const bodyOf = (answer: Answer): string => (isPacked(answer) ? gunzipSync(answer.bytes) : answer.bytes).toString();

test('an answer is gzip for who is far, takes it and asked for enough; its content is the same', async () => {
  const server = await filled();
  for (const format of ['json', 'csv', 'arrow']) {
    const path = `${QUERY}&format=${format}`;
    const plain = await ask(server, path, { headers: { 'accept-encoding': 'gzip' } });
    const packed = await ask(server, path, { headers: { ...FAR, 'accept-encoding': 'br, gzip' } });
    const refused = await ask(server, path, { headers: { ...FAR, 'accept-encoding': 'gzip;q=0, br' } });
    expect([plain, packed, refused].map(isPacked)).toEqual([false, true, false]);
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 1.8);
    expect([bodyOf(packed), bodyOf(refused)]).toEqual([bodyOf(plain), bodyOf(plain)]);
    for (const { headers } of [plain, packed]) {
      expect(headers.vary).toMatch(/accept.*accept-encoding/i);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-type']).toBe(plain.headers['content-type']);
    }
    if (packed.headers['content-length']) expect(Number(packed.headers['content-length'])).toBe(packed.bytes.length);
  }
});

test('small answers, errors and refusals are as they are', async () => {
  const server = await filled();
  const headers = { ...FAR, 'accept-encoding': 'gzip' };
  for (const path of ['/api/metrics', '/api/query?metric=none', '/api/nothing']) {
    expect(isPacked(await ask(server, path, { headers }))).toBe(false);
  }
  expect((await ask(server, QUERY, { headers, token: null })).status).toBe(401);
});

test('the metrics of the server are gzip for a collector on another machine', async () => {
  const server = await filled();
  const plain = await ask(server, '/metrics', { headers: { 'accept-encoding': 'gzip' } });
  const packed = await ask(server, '/metrics', { headers: { ...FAR, 'accept-encoding': 'gzip' } });
  expect([plain, packed].map(isPacked)).toEqual([false, true]);
  const names = (answer: Answer) => bodyOf(answer).match(/^# TYPE .*$/gm);
  expect(names(packed)).toEqual(names(plain));
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
});

describe('who is far', () => {
  it.each([
    ['127.0.0.1', {}, false],
    ['127.8.9.1', {}, false],
    ['::1', {}, false],
    ['::ffff:127.0.0.1', {}, false],
    ['192.168.1.2', {}, true],
    ['::ffff:10.0.0.1', {}, true],
    ['fe80::1', {}, true],
    ['', {}, true],
    ['127.0.0.1', { 'x-forwarded-for': '1.2.3.4' }, true],
    ['::1', { forwarded: 'for=1.2.3.4' }, true],
  ])('%s with %o: %s', (remoteAddress, headers, expected) => {
    expect(isFar({ remoteAddress, headers })).toBe(expected);
  });
});

describe('what Accept-Encoding takes', () => {
  it.each([
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['*', true],
    ['gzip;q=0, *', false],
    ['*;q=0', false],
    ['identity', false],
    ['', false],
    ['gzip;q=x', false],
  ])('%s: %s', (accepted, expected) => {
    expect(acceptsGzip(accepted)).toBe(expected);
  });

  it('nothing a client sends makes it fail', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(acceptsGzip(text)).toBeTypeOf('boolean');
      }),
    );
  });
});
