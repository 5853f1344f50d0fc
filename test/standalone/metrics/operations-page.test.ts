// docs/operations.md names every metric and every event of the log, and none that there is not.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../../../scripts/setup.mjs';
import { ask, ingest, openServer } from '../http/asking.ts';
import { parseMetrics } from './strict-parser.ts';

const page = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');

it('every metric', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const auth = { type: 'basic', users: { ann: 'correct-horse-battery' } };
  const { server } = await openServer({ auth, persistence: `sqlite:///${join(folder, 'history.db')}` });
  await ingest(server, [{ metric: 'a', value: 1 }]);
  await ask(server, '/api/nothing');
  await ask(server, '/metrics');
  const own = server.metrics.register(() => [
    // Those that a server in order has no samples of.
    { name: 'streamviz_unready', kind: 'gauge', help: 'x', samples: [{ value: 1 }] },
    { name: 'streamviz_history_problem', kind: 'gauge', help: 'x', samples: [{ value: 1 }] },
  ]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { text } = await ask(server, '/metrics');
  own();
  const told = [...parseMetrics(text, 'prometheus').keys()];
  const named = new Set([...page.matchAll(/\b(?:streamviz|process)_[a-z_]+/g)].map(([name]) => name));
  expect([...named].sort()).toEqual(told.sort());
});

it('every event of the log that is not for those who work on the server', () => {
  const folder = join(root, 'standalone', 'server');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const written = new Set<string>();
  for (const name of sources) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, event] of text.matchAll(/write\(\s*'(?:info|warn|error)',\s*'([a-z.]+)'/g)) written.add(event ?? '');
    for (const [, event] of text.matchAll(/noted\('([a-z.]+)'\)/g)) written.add(event ?? '');
  }
  const named = new Set([...page.matchAll(/`((?:[a-z]+\.[a-z]+|signal|request))`/g)].map(([, event]) => event));
  expect([...written].filter((event) => !named.has(event))).toEqual([]);
  const known = new Set([...written, 'request']);
  const events = /## The log([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
  const listed = [...events.matchAll(/`([a-z]+\.[a-z]+|signal|request)`/g)].map(([, event]) => event ?? '');
  expect(listed.filter((event) => !known.has(event))).toEqual([]);
});
