import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { farLinks, readyText } from '../../../standalone/server/life/announcement.ts';
import { opensBrowser } from '../../../standalone/server/life/browser.ts';
import { Linger } from '../../../standalone/server/life/linger.ts';
import { starterLine } from '../../../standalone/server/life/starter-line.ts';

/** A clock that tests move. */
function clock() {
  let nowMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  return {
    schedule: (run: () => void, ms: number) => {
      const timer = { atMs: nowMs + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass: (ms: number) => {
      nowMs += ms;
      for (const timer of [...timers]) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.run();
      }
    },
    get waiting() {
      return timers.size;
    },
  };
}

function lingering(lingerMs: number) {
  const time = clock();
  let ends = 0;
  const linger = new Linger({ lingerMs, schedule: time.schedule, onEnd: () => (ends += 1) });
  return { time, linger, ends: () => ends };
}

test('it ends once, so long after the last one left, and not while anybody is there', () => {
  const { time, linger, ends } = lingering(60_000);
  linger.update(1);
  time.pass(1e9);
  linger.update(2);
  linger.update(1);
  linger.update(0);
  time.pass(59_999);
  expect(ends()).toBe(0);
  linger.update(1);
  linger.update(0);
  time.pass(59_999);
  expect(ends()).toBe(0);
  time.pass(1);
  expect(ends()).toBe(1);
  linger.update(1);
  linger.update(0);
  time.pass(1e9);
  expect(ends()).toBe(1);
});

test('0 ends at once when the last one leaves; where nobody came it waits 30 s', () => {
  const { linger, ends } = lingering(0);
  linger.update(1);
  linger.update(0);
  expect(ends()).toBe(1);
  const nobody = lingering(0);
  nobody.time.pass(29_999);
  expect(nobody.ends()).toBe(0);
  nobody.time.pass(1);
  expect(nobody.ends()).toBe(1);
});

test('Infinity never ends, and nothing is waited for after dispose', () => {
  const { time, linger, ends } = lingering(Number.POSITIVE_INFINITY);
  linger.update(1);
  linger.update(0);
  time.pass(1e12);
  expect([ends(), time.waiting]).toEqual([0, 0]);
  const other = lingering(1000);
  other.linger.dispose();
  other.linger.dispose();
  other.time.pass(1e9);
  expect([other.ends(), other.time.waiting]).toEqual([0, 0]);
});

test('to be told again that nobody is there postpones nothing', () => {
  const { time, linger, ends } = lingering(60_000);
  linger.update(1);
  linger.update(0);
  time.pass(59_999);
  linger.update(0);
  time.pass(1);
  expect(ends()).toBe(1);
});

test('a request without a lasting connection begins the wait anew', () => {
  const { time, linger, ends } = lingering(60_000);
  time.pass(59_000);
  linger.touch();
  time.pass(59_000);
  expect(ends()).toBe(0);
  time.pass(1000);
  expect(ends()).toBe(1);
});

test.each([
  [['{"port":', '1}\nmore'], { port: 1 }],
  [['{"port":1}\n{"port":2}\n'], { port: 1 }],
  [['{"a":"ü'.slice(0, 6), 'ü"}\n'], { a: 'ü' }],
  [['\n'], null],
  [[], null],
  [['{"port":3}'], { port: 3 }],
])('the first line of %j is %j', async (pieces, wanted) => {
  const input = new PassThrough();
  const line = starterLine(input, 10_000);
  for (const piece of pieces) input.write(piece);
  if (!pieces.some((piece) => piece.includes('\n'))) input.end();
  expect(await line).toEqual(wanted);
});

test('a starter that says nothing is not waited for, and one that says something else is refused', async () => {
  expect(await starterLine(new PassThrough(), 1)).toBeNull();
  const input = new PassThrough();
  input.write('--port 8600\n');
  await expect(starterLine(input, 10_000)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  const endless = new PassThrough();
  endless.write('x'.repeat(300_000));
  await expect(starterLine(endless, 10_000)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

test('a person is told the link, how to tunnel over SSH, and the links of other machines', () => {
  const server = { url: 'http://127.0.0.1:8600', host: '127.0.0.1', port: 8600, token: 'abc', pid: 1, joined: false };
  expect(readyText(server, {})).toBe('StreamViz runs: http://127.0.0.1:8600/?token=abc');
  expect(readyText(server, { SSH_CONNECTION: '1', USER: 'me' })).toContain('ssh -L 8600:127.0.0.1:8600 me@');
  expect(farLinks({ host: '192.168.1.7', port: 80, token: 'abc' })).toEqual(['http://192.168.1.7:80/?token=abc']);
  expect(farLinks({ host: '127.0.0.1', port: 80, token: 'abc' })).toEqual([]);
  expect(farLinks({ host: '0.0.0.0', port: 80, token: 'abc' }).length).toBeGreaterThan(0);
});

test('a browser opens only where somebody sits, or where it was asked for; STREAM_VIZ_OPEN=0 forbids it', () => {
  const desktop = { DISPLAY: ':0' };
  expect(opensBrowser(null, true, desktop)).toBe(true);
  expect(opensBrowser(null, false, desktop)).toBe(false);
  expect(opensBrowser(null, true, { ...desktop, SSH_CONNECTION: '1' })).toBe(false);
  expect(opensBrowser(null, true, {})).toBe(process.platform !== 'linux');
  expect(opensBrowser(true, false, {})).toBe(true);
  expect(opensBrowser(false, true, desktop)).toBe(false);
  for (const never of ['0', 'no', 'Off', 'false'])
    expect(opensBrowser(true, true, { ...desktop, STREAM_VIZ_OPEN: never })).toBe(false);
});
