import { expect, test } from 'vitest';
import { ApiKeys } from '../../../standalone/server/accounts/api-keys.ts';
import { LogIns } from '../../../standalone/server/accounts/log-ins.ts';

const HOUR = 3_600_000;

function held(most = 10_000) {
  const clock = { nowMs: 0 };
  const logIns = new LogIns({ most, idleMs: 24 * HOUR, lengthMs: 30 * 24 * HOUR }, { now: () => clock.nowMs });
  return { clock, logIns };
}

test('a secret is that of one log-in, 192 random bits, until it ends', () => {
  const { logIns } = held();
  const secrets = Array.from({ length: 50 }, () => logIns.begin('ann'));
  expect(new Set(secrets).size).toBe(50);
  expect(secrets[0]).toMatch(/^[\w-]{32}$/);
  expect(logIns.find(secrets[7]!)?.user).toBe('ann');
  logIns.end(secrets[7]!);
  logIns.end(secrets[7]!);
  expect([logIns.find(secrets[7]!), logIns.find(''), logIns.find('x'.repeat(32)), logIns.size]).toEqual([
    ...[null, null, null],
    49,
  ]);
});

test('whoever waits for the end is told once, and not where it was taken back', () => {
  const { logIns } = held();
  const secret = logIns.begin('ann');
  const told: string[] = [];
  const takeBack = logIns.find(secret)?.onEnd(() => told.push('a'));
  logIns.find(secret)?.onEnd(() => told.push('b'));
  takeBack?.();
  logIns.end(secret);
  logIns.end(secret);
  expect(told).toEqual(['b']);
});

test('a log-in ends a day after its last use, and while something is open with it after a month alone', () => {
  const { clock, logIns } = held();
  const [used, idle, open] = [logIns.begin('used'), logIns.begin('idle'), logIns.begin('open')];
  let closed = 0;
  logIns.find(open)?.onEnd(() => {
    closed += 1;
  });
  clock.nowMs = 20 * HOUR;
  logIns.find(used);
  clock.nowMs = 30 * HOUR;
  logIns.sweep();
  expect([used, idle, open].map((secret) => logIns.find(secret)?.user ?? null)).toEqual(['used', null, 'open']);
  clock.nowMs = 30 * 24 * HOUR;
  logIns.sweep();
  expect([logIns.size, closed]).toEqual([0, 1]);
});

test('what was closed a moment ago was used until then', () => {
  const { clock, logIns } = held();
  const secret = logIns.begin('ann');
  const takeBack = logIns.find(secret)?.onEnd(() => undefined);
  clock.nowMs = 200 * HOUR;
  takeBack?.();
  clock.nowMs = 210 * HOUR;
  expect(logIns.find(secret)?.user).toBe('ann');
});

test('above the bound the one unused for longest ends; one user cannot push out the others', () => {
  const { clock, logIns } = held(300);
  const first = logIns.begin('bob');
  for (let i = 0; i < 500; i += 1) {
    clock.nowMs += 1;
    logIns.begin('ann');
  }
  expect([logIns.size, logIns.find(first)?.user]).toEqual([101, 'bob']);
  for (let i = 0; i < 500; i += 1) {
    clock.nowMs += 1;
    logIns.begin(`user-${i}`);
  }
  expect([logIns.size, logIns.find(first)]).toEqual([300, null]);
});

test('a key is found by its text alone', () => {
  const keys = new ApiKeys([{ name: 'ci', role: 'send', key: 'k'.repeat(32) }]);
  expect(keys.find('k'.repeat(32))).toMatchObject({ name: 'ci', role: 'send' });
  expect([keys.find('k'.repeat(31)), keys.find(''), keys.find('ci')]).toEqual([null, null, null]);
});
