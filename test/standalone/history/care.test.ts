import { describe, expect, test } from 'vitest';
import { Compactor } from '../../../standalone/server/history/compactor.ts';
import { Forgetting } from '../../../standalone/server/history/forgetting.ts';
import { fileBytes, numberOf } from '../../../standalone/server/history/history-file.ts';
import { PlainProducer, rowsFrom } from '../hub/producer.ts';
import { FileStage, freshPath, storedIn } from './file-stage.ts';

const HOUR_US = 3.6e9;

/** A life on a file that can be told to send, and everything that takes care of the file. */
function staged(options: { readonly retentionUs?: number; readonly mostBytes?: number } = {}) {
  const { retentionUs = Number.POSITIVE_INFINITY, mostBytes = Number.POSITIVE_INFINITY } = options;
  const stage = new FileStage(freshPath(), undefined, { retentionUs });
  const { db, clock, hub } = stage;
  const producer = new PlainProducer(clock);
  const seat = hub.join(producer.hello);
  const compactor = new Compactor(db);
  const forgetting = new Forgetting(db, { segments: compactor, retentionUs, mostBytes });
  const send = (rows = 100) => {
    seat.take(producer.frame({ a: rowsFrom(clock.nowUs, rows, 1000) }));
    clock.advance(1000);
  };
  const count = (table: string) => numberOf(db, `select count(*) as n from ${table}`);
  const compact = () => {
    while (compactor.step(clock.nowUs + HOUR_US)) {}
  };
  const forget = () => {
    while (forgetting.step(clock.nowUs)) {}
  };
  return { ...stage, db, clock, hub, seat, producer, compactor, send, count, compact, forget };
}

describe('messages become segments', () => {
  test('once they are in a checkpoint, and not before', () => {
    const { checkpointer, send, count, compact } = staged();
    for (let i = 0; i < 10; i += 1) send();
    compact();
    expect([count('log'), count('seg')]).toEqual([10, 0]);
    checkpointer.make('app');
    for (let i = 0; i < 5; i += 1) send();
    compact();
    expect([count('log'), count('seg') > 0]).toEqual([5, true]);
  });

  test('without a checkpoint where another epoch has begun', () => {
    const { hub, clock, seat, send, count, compact } = staged();
    for (let i = 0; i < 10; i += 1) send();
    seat.leave(true);
    const next = new PlainProducer(clock, { epoch: { id: 'b'.repeat(32), startedUs: 2 } });
    const second = hub.join(next.hello);
    second.take(next.frame({ a: rowsFrom(clock.nowUs, 5, 1000) }));
    clock.advance(1000);
    compact();
    expect(count('log')).toBe(1);
  });
});

describe('a checkpoint is made', () => {
  test('where messages are a minute old, and then not before more came', () => {
    const { checkpointer, clock, send, count } = staged();
    send();
    expect(checkpointer.step()).toBe(null);
    clock.advance(60_000);
    expect([checkpointer.step(), count('checkpoint')]).toEqual(['app', 1]);
    clock.advance(600_000);
    expect(checkpointer.step()).toBe(null);
    send();
    clock.advance(60_000);
    expect([checkpointer.step(), count('checkpoint')]).toEqual(['app', 1]);
  });

  test('where messages have four megabytes, at once', () => {
    const { checkpointer, send } = staged();
    for (let i = 0; i < 3; i += 1) send(50_000);
    expect(checkpointer.step()).toBe(null);
    for (let i = 0; i < 3; i += 1) send(50_000);
    expect(checkpointer.step()).toBe('app');
  });

  test('in place of the one before: none of its pieces stay', () => {
    const { checkpointer, send, count, db } = staged();
    for (let i = 0; i < 3; i += 1) {
      send();
      checkpointer.make('app');
    }
    expect([count('checkpoint'), count('checkpoint_part')]).toEqual([1, 1]);
    db.exec("insert into checkpoint_part(part, place, enc, body) values (99, 0, 0, x'00')");
    send();
    checkpointer.make('app');
    expect(count('checkpoint_part')).toBe(1);
    expect(storedIn(db)[0]!.saved).not.toBe(null);
  });
});

describe('the past goes', () => {
  test('by age: segments that ended before the retention, the others stay', () => {
    const { checkpointer, clock, send, count, compact, forget } = staged({ retentionUs: HOUR_US });
    for (let i = 0; i < 100; i += 1) send();
    checkpointer.make('app');
    compact();
    const raw = count('seg');
    forget();
    expect(count('seg')).toBe(raw);
    clock.advance(1_800_000);
    for (let i = 0; i < 100; i += 1) send();
    checkpointer.make('app');
    compact();
    clock.advance(2_000_000);
    forget();
    expect(count('seg')).toBeGreaterThan(0);
    expect(count('seg')).toBeLessThan(2 * raw);
    clock.advance(5_000_000);
    forget();
    expect(count('seg')).toBe(0);
  });

  test('by size: the oldest first, until the file is below the cap; pages are given back', () => {
    const mostBytes = 4e6;
    const { checkpointer, clock, db, send, count, compact, forget } = staged({ mostBytes });
    let n = 0;
    const random = () => {
      n = (n * 1_103_515_245 + 12_345) % 2 ** 31;
      return n;
    };
    for (let hour = 0; hour < 8; hour += 1) {
      for (let i = 0; i < 20; i += 1) send(5000 + (random() % 100));
      checkpointer.make('app');
      compact();
      clock.advance(3_600_000);
    }
    const before = fileBytes(db);
    const oldest = numberOf(db, 'select min(t1) as n from seg');
    forget();
    if (before <= mostBytes) expect(fileBytes(db)).toBe(before);
    else {
      expect(fileBytes(db)).toBeLessThanOrEqual(mostBytes);
      expect(numberOf(db, 'select min(t1) as n from seg')).toBeGreaterThan(oldest);
    }
    expect(count('seg')).toBeGreaterThan(0);
    expect(before).toBeGreaterThan(mostBytes);
  });

  test('with it sessions that left memory; one that is held stays, however old', () => {
    const { hub, clock, seat, send, count, compact, forget } = staged({ retentionUs: HOUR_US });
    send();
    const other = new PlainProducer(clock, { session: 'other', epoch: { id: 'c'.repeat(32), startedUs: 1 } });
    const gone = hub.join(other.hello);
    gone.take(other.frame({ b: rowsFrom(clock.nowUs, 10, 1000) }));
    gone.leave(true);
    clock.advance(2 * 3_600_000);
    expect([hub.sessions.has('app'), hub.sessions.has('other')]).toEqual([true, false]);
    compact();
    forget();
    expect([
      count('session'),
      count('log'),
      count("seg where series in (select id from series where session = 'other')"),
    ]).toEqual([1, 1, 0]);
    expect(seat.session).toBe('app');
  });
});
