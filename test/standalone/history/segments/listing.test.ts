// What a list of the series of a file says, of which moment, and what it walks over and keeps for that.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { Compactor } from '../../../../standalone/server/history/compactor.ts';
import { openHistory } from '../../../../standalone/server/history/history-file.ts';
import { SCHEMA } from '../../../../standalone/server/history/history-schema.ts';
import { LogTail } from '../../../../standalone/server/history/reading/log-tail.ts';
import { LoggedSessions } from '../../../../standalone/server/history/reading/logged-sessions.ts';
import { SegmentReader } from '../../../../standalone/server/history/reading/segment-reader.ts';
import { groupsOf, sent } from './happened.ts';
import { type Happened, Past, S, STORED } from './past.ts';

const samples = (fromS: number, count: number): readonly Happened[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'sample', timeUs: (fromS + i) * S, value: i }));

const epochs = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
const logs = fc.array(
  fc.record({
    epochs,
    moved: fc.integer({ min: 0, max: 6 }),
    known: fc.option(fc.record({ held: fc.boolean(), epoch: fc.integer({ min: 0, max: 3 }) })),
  }),
  { maxLength: 6 },
);

test('sessions of the log, and those of an epoch that is over, are those that its messages name one by one', () => {
  fc.assert(
    fc.property(logs, (all) => {
      const db = new DatabaseSync(':memory:');
      db.exec(SCHEMA);
      const message = db.prepare(
        'insert into log(session, epoch, message, came_us, rows, body) values(?, ?, 0, 0, 0, ?)',
      );
      const session = db.prepare('insert into session(name, shown, epoch, started_us, held) values(?, ?, ?, 0, ?)');
      for (const [i, { epochs: runs, moved, known }] of all.entries()) {
        const name = `s${i}`;
        const rows = runs.flatMap((count, k) => Array.from({ length: count }, () => `e${k}`)).slice(moved);
        for (const epoch of rows) message.run(name, epoch, new Uint8Array(9));
        if (known !== null) session.run(name, name, `e${known.epoch}`, Number(known.held));
      }
      const rows = db.prepare(
        'select session, log.epoch, held, session.epoch as now from log left join session on name = session',
      );
      const found = rows.all().map((row) => ({ ...row, isOver: row.held !== 1 || row.now !== row.epoch }));
      const sessions = new LoggedSessions(db);
      const named = (some: readonly object[]) => [...new Set(some.map((row) => Object(row).session as string))].sort();
      expect(sessions.all()).toEqual(named(found));
      expect(sessions.over()).toEqual(named(found.filter(({ isOver }) => isOver)));
      for (const name of sessions.all()) {
        for (const epoch of ['e0', 'e1', 'e2', 'e3']) {
          const others = found.filter((row) => Object(row).session === name && Object(row).epoch !== epoch);
          expect(sessions.hasOther(name, epoch)).toBe(others.length > 0);
        }
      }
      expect(sessions.hasOther('unknown', 'e0')).toBe(false);
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test('a series is listed from its first to its last segment, of samples, cells and folds', () => {
  fc.assert(
    fc.property(groupsOf({ folds: true }), (groups) => {
      const past = sent(groups);
      const sql = 'select min(t0) as first, max(t1) as last from seg';
      const { first, last } = past.db.prepare(sql).get()!;
      const wanted = first === null ? [] : [{ ...STORED, axis: 'time', firstUs: first, lastUs: last }];
      expect([past.reader.list(null), past.reader.list('m')]).toEqual([wanted, wanted]);
      expect(past.reader.list('n')).toEqual([]);
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

/** Calls `before` ahead of each run of a statement of `db`, with its text. */
function watch(db: DatabaseSync, before: (sql: string) => void): void {
  const prepare = db.prepare.bind(db);
  db.prepare = (sql) => {
    const made = prepare(sql);
    for (const way of ['get', 'all', 'iterate'] as const) {
      const run = made[way].bind(made) as (...values: readonly unknown[]) => never;
      made[way] = (...values: readonly unknown[]) => {
        before(sql);
        return run(...values);
      };
    }
    return made;
  };
}

test('neither the log nor segments are walked over to list a name, or all', () => {
  const { db, ...past } = new Past();
  const asked = new Set<string>();
  watch(db, (sql) => asked.add(sql));
  const reader = new SegmentReader(db);
  for (const name of ['m', null]) reader.list(name);
  const request = { ...STORED, startUs: 0, endUs: 1e12, stepUs: 0, needsSpread: false, needsAnchor: false };
  reader.read({ ...request, withLog: false, epoch: past.epoch.id });
  const plans = [...asked].flatMap((sql) => db.prepare(`explain query plan ${sql}`).all());
  expect(plans.length).toBeGreaterThan(3);
  expect(plans.map(({ detail }) => String(detail)).filter((step) => /^SCAN (?:log|seg)\b/.test(step))).toEqual([]);
});

test('a series is in every list, whenever within it its messages become segments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-listing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let statements = Number.POSITIVE_INFINITY;
  for (let at = 0; at < statements; at += 1) {
    const path = join(folder, `${at}.db`);
    const past = new Past(undefined, openHistory(path, 'write'));
    past.isLogged = true;
    past.send(samples(100, 50));
    const db = openHistory(path, 'read');
    let done = 0;
    watch(db, () => {
      if (done === at) while (new Compactor(past.db).step(1e15)) {}
      done += 1;
    });
    const found = new SegmentReader(db).list('m');
    statements = done;
    expect(past.db.prepare('select count(*) as n from log').get(), 'they left the log').toEqual({ n: 0 });
    expect(found, `before statement ${at}`).toHaveLength(1);
    expect(found[0]).toMatchObject({ ...STORED, firstUs: 100 * S });
    for (const one of [db, past.db]) one.close();
  }
  expect(statements).toBeGreaterThan(2);
});

test('what left the log is let go with the next list, also of a session of which nothing is left', async () => {
  const past = new Past();
  past.isLogged = true;
  for (let i = 0; i < 3; i += 1) past.send(samples(100 * i, 50));
  const tail = new LogTail(past.db);
  const held = tail.of(STORED).map((one) => new WeakRef(one));
  const still = async () => {
    // What was looked at is held until the task has ended.
    await new Promise((resolve) => setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return held.filter((one) => one.deref() !== undefined).length;
  };
  tail.list([]);
  expect(await still()).toBe(3);
  past.db.exec('delete from log where seq = 1');
  tail.list([]);
  expect(await still()).toBe(2);
  past.db.exec('delete from log');
  tail.list([]);
  expect(await still()).toBe(0);
  past.send(samples(300, 7));
  expect(tail.of(STORED).map(({ length }) => length)).toEqual([7]);
});
