import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { Message } from '../../../src/wire/message-types.ts';
import { positionOf } from '../../../standalone/viewer/resume-position.ts';
import { FakeTable, rowsPart } from '../../session/fake-table.ts';
import { rowsFrom } from '../hub/producer.ts';
import { Stage } from './stage.ts';
import { Viewer } from './viewer.ts';

const WIDGETS = Array.from({ length: 40 }, (_, i) => ({
  id: `metric:m${i}`,
  kind: 'metric',
  name: `m${i}`,
  options: {},
}));

/** A session with a document, two tables and four series, and a viewer of it that has everything. */
function setUp(minor = 2) {
  const stage = new Stage({ ringMs: 1000, slowBytes: 20_000, caughtUpBytes: 1000 });
  const tables = { a: new FakeTable(100, 100), b: new FakeTable(100, 100) };
  const change = (id: 'a' | 'b', value: number): void => {
    const rows = [rowsPart(id, [tables[id].change(null, value)], null)];
    const proofs = { a: tables.a.proof(), b: tables.b.proof() };
    stage.main.socket.binary(stage.main.plain.frame({}, { rows, tables: proofs }));
  };
  const say = (rows: Parameters<Stage['send']>[0], more: Partial<Message> = {}): void => {
    const proofs = { a: tables.a.proof(), b: tables.b.proof() };
    stage.main.socket.binary(stage.main.plain.frame(rows, { tables: proofs, ...more }));
  };
  const document = (): void => {
    stage.main.plain.revision += 1;
    const revision = stage.main.plain.revision;
    say(
      {},
      { document: { revision, title: 't', widgets: WIDGETS, views: [], generations: {} }, documentRevision: revision },
    );
  };
  const now = (): number => stage.clock.nowUs;
  document();
  say({ idle: rowsFrom(now(), 300, 1000), busy: rowsFrom(now(), 300, 1000) });
  for (let i = 0; i < 30; i += 1) change('a', i);
  for (let i = 0; i < 30; i += 1) change('b', i);
  const viewer = new Viewer(now, { width: 1000, rangeUs: 3e8 }, minor);
  viewer.connect(stage.hall);
  viewer.read();
  /** Breaks the connection until messages of then are held no more. */
  const away = (meanwhile: () => void): Message => {
    viewer.cut();
    meanwhile();
    say({ busy: rowsFrom(now(), 1, 1) });
    stage.clock.advance(5000);
    say({ busy: rowsFrom(now(), 1, 1) });
    viewer.connect(stage.hall);
    viewer.read();
    const { header, buffers } = decodeFrame(viewer.socket.frames()[0]!);
    return decodeMessage(header, buffers);
  };
  const names = ({ series }: Message) => series.map(({ key }) => (JSON.parse(key) as [string])[0]).sort();
  return { stage, viewer, say, change, document, away, names };
}

/** What two stores hold agrees. */
function expectSame(stage: Stage, viewer: Viewer): void {
  const fresh = new Viewer(() => stage.clock.nowUs, { width: 1000, rangeUs: 3e8 }, 2);
  fresh.connect(stage.hall);
  fresh.read();
  const held = (one: Viewer) => {
    const { data } = one.store('app')!;
    return {
      revision: data.document?.revision,
      series: [...data.series].map(([key, series]) => [key, series.exact, series.summary()]).sort(),
      tables: [...data.tables].map(([id, table]) => [id, table.complete, table.rows().map(({ id: rowId }) => rowId)]),
    };
  };
  expect(held(viewer)).toEqual(held(fresh));
}

describe('a snapshot for a viewer that comes back', () => {
  it('lacks the document it has, the series that no message told of since, and the tables that did not change', () => {
    const { stage, viewer, change, away, names } = setUp();
    const message = away(() => change('b', 99));
    expect([message.kind, message.document, names(message)]).toEqual(['snapshot', null, ['busy']]);
    expect(message.rows.map(({ table }) => table)).toEqual(['b']);
    expectSame(stage, viewer);
  });

  it('has a newer document, and series and tables that came or changed meanwhile', () => {
    const { stage, viewer, change, away, names, say, document } = setUp();
    const message = away(() => {
      document();
      say({ idle: rowsFrom(0, 1, 1), fresh: rowsFrom(stage.clock.nowUs, 3, 1) });
      change('a', 5);
      change('b', 5);
    });
    expect(message.documentRevision).toBe(2);
    expect(message.document).not.toBeNull();
    expect(names(message)).toEqual(['busy', 'fresh', 'idle']);
    expect(message.rows.map(({ table }) => table)).toEqual(['a', 'b']);
    expectSame(stage, viewer);
  });

  it('is whole for a page that speaks 1.1, for one that never came, and for one whose own data are in doubt', () => {
    for (const doubt of ['old', 'doubt'] as const) {
      const { stage, viewer, away, names } = setUp(doubt === 'old' ? 1 : 2);
      if (doubt === 'doubt') viewer.store('app')!.data.series.get('["idle",[]]')!.cells.hole = { seq: 99, before: 0 };
      const message = away(() => undefined);
      expect([message.document !== null, names(message), message.rows.length]).toEqual([true, ['busy', 'idle'], 2]);
      expectSame(stage, viewer);
    }
  });

  it('is whole for another epoch', () => {
    const { stage, viewer, say } = setUp();
    viewer.cut();
    stage.main.socket.closed();
    const next = stage.producer({ epoch: { id: 'b'.repeat(32), startedUs: 2 } });
    next.plain.revision = 1;
    const document = { revision: 1, title: 't', widgets: WIDGETS, views: [], generations: {} };
    next.socket.binary(next.plain.frame({ idle: rowsFrom(0, 2, 1) }, { document, documentRevision: 1 }));
    viewer.connect(stage.hall);
    const { header, buffers } = decodeFrame(viewer.socket.frames()[0]!);
    expect(decodeMessage(header, buffers).document).not.toBeNull();
    expect(say).toBeTypeOf('function');
  });

  it('is small where little happened: what is idle costs nothing', () => {
    const { stage, viewer, away } = setUp();
    const whole = stage.session.snapshot({ width: 1000, rangeUs: 3e8 }, true).length;
    away(() => undefined);
    const [first] = viewer.socket.frames();
    expect(first!.length).toBeLessThan(whole / 2);
  });
});

describe('a viewer that is slow', () => {
  it('catches up with what it lacks alone; what it was sent before it fell behind is not sent again', () => {
    const { stage, viewer, say, names } = setUp();
    viewer.socket.isFast = false;
    for (let i = 0; i < 40; i += 1) say({ busy: rowsFrom(stage.clock.nowUs + i * 1000, 100, 10) });
    viewer.socket.drain();
    stage.clock.advance(200);
    viewer.socket.drain();
    viewer.read();
    const frames = viewer.socket.frames().map(decodeFrame);
    const last = frames.findLast(({ header }) => header.kind === 'snapshot')!;
    const message = decodeMessage(last.header, last.buffers);
    expect(frames.filter(({ header }) => header.kind === 'snapshot')).toHaveLength(2);
    expect([message.document, names(message), message.rows]).toEqual([null, ['busy'], []]);
    expectSame(stage, viewer);
  });

  it('gets a new document that was left out for it', () => {
    const { stage, viewer, say, document } = setUp();
    viewer.socket.isFast = false;
    for (let i = 0; i < 20; i += 1) say({ busy: rowsFrom(stage.clock.nowUs + i * 1000, 200, 10) });
    document();
    viewer.socket.drain();
    stage.clock.advance(200);
    viewer.socket.drain();
    viewer.read();
    expect(viewer.store('app')!.document?.revision).toBe(2);
    expectSame(stage, viewer);
  });
});

describe('where a page says it stands', () => {
  it('names the document it holds, unless a series, a table or the sum of all is in doubt', () => {
    const { viewer } = setUp();
    const store = viewer.store('app')!;
    expect(positionOf(store)).toEqual({ epoch: store.epochId, seq: store.seq, document: 1 });
    const series = store.data.series.get('["idle",[]]')!;
    series.cells.hole = { seq: 99, before: 0 };
    expect(positionOf(store)).toEqual({ epoch: store.epochId, seq: store.seq });
    series.cells.hole = null;
    store.data.tables.get('a')!.complete = false;
    expect(positionOf(store)).toEqual({ epoch: store.epochId, seq: store.seq });
  });
});
