// A child of bench/login.ts: so many wrong log-ins a second, each from an address and for a name of its own, so that each is looked at.
import { Agent, request } from 'node:http';

export interface GuessTask {
  readonly port: number;
  /** 0: none. */
  readonly perSecond: number;
}

const TICK_MS = 10;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const statuses: Record<number, number> = {};
let sent = 0;
let task: GuessTask = { port: 0, perSecond: 0 };
let due = 0;

function guess(): void {
  sent += 1;
  const body = `name=user${sent}&password=guess${sent}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': body.length,
    'x-forwarded-for': `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}`,
  };
  const asked = request({ port: task.port, path: '/login', method: 'POST', headers, agent }, (answer) => {
    statuses[answer.statusCode ?? 0] = (statuses[answer.statusCode ?? 0] ?? 0) + 1;
    answer.resume();
  });
  asked.on('error', () => undefined);
  asked.end(body);
}

setInterval(() => {
  due += (task.perSecond * TICK_MS) / 1000;
  for (; due >= 1; due -= 1) guess();
}, TICK_MS);

process.on('message', (said: GuessTask | 'how many') => {
  if (said === 'how many') process.send?.(statuses);
  else task = said;
});
