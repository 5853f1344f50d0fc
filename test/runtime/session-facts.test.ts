import { describe, expect, test } from 'vitest';
import { sessionFacts } from '../../src/runtime/session-facts.ts';
import { SessionNotices } from '../../src/runtime/session-notices.ts';
import { versionNotice } from '../../src/runtime/version-notice.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { messageOf, sampleColumns } from '../session/message-builder.ts';

const VIEW = { id: 'v1', cell: 'c1', widgets: ['metric:cpu'] };
const document = (fields: object = {}) => ({ revision: 1, widgets: [], views: [VIEW], ...fields });
const first = (fields: object = {}) =>
  messageOf({ session: 's', seq: 1, samplesTotal: 0, documentRevision: 1, document: document(), ...fields });
const factsIn = (sessions: Sessions) => sessionFacts(sessions.peek('s'), null, '0.1.0');

describe('facts', () => {
  test('there are none of a session that nobody has heard of, also where somebody waits for it', () => {
    const sessions = new Sessions();
    expect(factsIn(sessions)).toBeNull();
    sessions.get('s');
    expect(factsIn(sessions)).toBeNull();
  });

  test('they are those of the newest epoch: views, version, status', () => {
    const sessions = new Sessions();
    sessions.deliverMessage(first({ document: document({ version: '0.1.4' }) }));
    expect(factsIn(sessions)).toMatchObject({
      ...{ session: 's', status: 'live', seq: 1, version: '0.1.4', views: [VIEW], problem: null, complete: true },
    });
    sessions.markGone('s');
    expect(factsIn(sessions)?.status).toBe('gone');
  });

  test('a message that could not be read is their problem before there is any data', () => {
    const sessions = new Sessions();
    sessions.deliver({ v: [2, 0], kind: 'batch', session: 's' }, []);
    expect(factsIn(sessions)).toMatchObject({ epoch: '', status: 'waiting', problem: { code: 'PROTOCOL_VERSION' } });
  });

  test('they are complete only once nothing that the producer has is missing', () => {
    const sessions = new Sessions();
    const KEY = '["cpu",[]]';
    const entry = { key: KEY, gen: 0, before: null, tiers: [1e6, 1e7], axis: 'time', since: null } as const;
    const samples = (time: number) => sampleColumns([{ series: 0, time, value: 1 }]);
    sessions.deliverMessage(first({ samplesTotal: 5 }));
    expect(factsIn(sessions)?.complete).toBe(false);
    const known = { session: 's', documentRevision: 1 };
    sessions.deliverMessage(
      messageOf({ ...known, seq: 2, samplesTotal: 6, series: [{ ...entry, n: 6 }], samples: samples(6e6) }),
    );
    expect(factsIn(sessions)?.complete).toBe(false);
    const next = new Sessions();
    next.deliverMessage(first());
    next.deliverMessage(
      messageOf({ ...known, seq: 2, samplesTotal: 1, series: [{ ...entry, n: 1 }], samples: samples(1e6) }),
    );
    expect(factsIn(next)?.complete).toBe(true);
  });

  test('the same object is given until something changes', () => {
    const sessions = new Sessions();
    sessions.deliverMessage(first());
    const facts = factsIn(sessions);
    expect(factsIn(sessions)).toBe(facts);
    sessions.deliverMessage(messageOf({ session: 's', seq: 2, samplesTotal: 0, documentRevision: 1 }));
    expect(factsIn(sessions)).not.toBe(facts);
  });
});

describe('versions', () => {
  test.each([
    ['0.1.0', '0.1.0', false],
    ['0.1.9', '0.1.0', false],
    ['0.0.9', '0.1.0', false],
    ['0+unknown', '0.1.0', false],
    ['', '0.1.0', false],
    [null, '0.1.0', false],
    ['0.2.0', '0.1.9', true],
    ['0.10.0', '0.9.0', true],
    ['1.0.0', '0.9.0', true],
    ['0.2.0rc1', '0.1.0', true],
  ])('a producer of %s needs words in a page of %s: %s', (producer, page, isNewer) => {
    expect(versionNotice(producer, page) !== null).toBe(isNewer);
  });

  test('the words name both by minor version and say what to do', () => {
    expect(versionNotice('0.3.2', '0.1.0')?.message).toBe(
      'This notebook uses StreamViz 0.3, this JupyterLab has 0.1. Update with `pip install -U stream-viz-core` ' +
        'where JupyterLab runs, then reload the page.',
    );
  });

  test('data of a newer producer are drawn, and the console hears of it once per session', () => {
    const sessions = new Sessions();
    const told: string[] = [];
    const notices = new SessionNotices(
      () => factsIn(sessions)?.problem ?? null,
      (words) => told.push(words),
    );
    const apply = (seq: number, fields: object) => {
      sessions.deliverMessage(first({ seq, ...fields }));
      notices.check('s', sessions.peek('s'));
    };
    apply(1, {});
    expect(told).toEqual([]);
    for (const revision of [2, 3]) {
      const newer = document({ version: '0.3.0', revision });
      apply(revision, { document: newer, documentRevision: revision });
    }
    expect([told.length, factsIn(sessions)?.views, factsIn(sessions)?.problem?.code]).toEqual([
      1,
      [VIEW],
      'VERSION_NEWER',
    ]);
    expect(told[0]).toContain('0.3');
  });
});
