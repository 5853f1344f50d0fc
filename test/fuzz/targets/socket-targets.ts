/** Texts of viewers and producers, to a server without a network. */
import { isStreamVizError, StreamVizError } from '../../../src/core/errors.ts';
import { ProducerSocket } from '../../../standalone/server/ws/producer-socket.ts';
import type { SeededRandom } from '../../faults/seeded-random.ts';
import { rowsFrom } from '../../standalone/hub/producer.ts';
import { FakeSocket } from '../../standalone/ws/fake-socket.ts';
import { Stage } from '../../standalone/ws/stage.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutatedJson } from '../json-mutation.ts';
import { mutatedText } from '../text-mutation.ts';

const EPOCH = 'a'.repeat(32);
const KEY = '["a",[]]';
const VIEWER: readonly unknown[] = [
  { v: [1, 1], kind: 'subscribe', id: 's', resume: { app: { epoch: EPOCH, seq: 2 } }, width: 1000, rangeUs: 3e8 },
  { v: [1, 0], kind: 'subscribe', id: 's', resume: {}, width: 500, rangeUs: null },
  { v: [1, 1], kind: 'control', id: 'c', width: 2000, rangeUs: 1e6 },
  { kind: 'query', id: 'q', session: 'app', series: [KEY], startUs: 0, endUs: 2e15, columns: 500 },
  { kind: 'ping', id: 'p' },
];
const PRODUCER: readonly unknown[] = [
  {
    ...{ v: [1, 0], kind: 'hello', session: 'app', epoch: { id: 'b'.repeat(32), startedUs: 2 }, seq: 9, from: 3 },
    ...{ name: 'app.py', pid: 7, host: 'here', version: '0.1.0', parent: 3, script: '/home/me/app.py' },
  },
  { kind: 'bye' },
];

const changedText = (random: SeededRandom, pool: readonly unknown[]): string => {
  const chosen = random.pick(pool);
  if (random.chance(0.7)) return JSON.stringify(mutatedJson(random, chosen)) ?? 'undefined';
  return mutatedText(random, JSON.stringify(chosen), JSON.stringify(random.pick(pool)));
};

let stage: Stage | null = null;
let used = 0;

/** One stage serves many inputs: what a connection did is over when it is closed. */
function stageForInputs(): Stage {
  used += 1;
  if (stage === null || used % 500 === 0) {
    stage = new Stage();
    for (let i = 0; i < 3; i += 1) stage.send({ a: rowsFrom(stage.clock.nowUs, 50, 1000) });
  }
  return stage;
}

function rest(): void {
  stage = null;
}

/** Throws on what the server answered: its error's code. */
function throwRefusal(socket: FakeSocket): void {
  const said = socket.texts('error').at(-1);
  if (said !== undefined) throw new StreamVizError(String(said.code), String(said.message));
}

export const viewerTextTarget: FuzzTarget<{ readonly isFirst: boolean; readonly text: string }> = {
  name: 'viewer text',
  make: (random) => ({ isFirst: random.chance(0.4), text: changedText(random, VIEWER) }),
  rest,
  take({ isFirst, text }) {
    const on = stageForInputs();
    const { socket, server } = isFirst ? on.enter() : on.view({});
    try {
      server?.text(text);
      on.send({ a: rowsFrom(on.clock.nowUs, 2, 1000) });
      on.clock.advance(20);
    } finally {
      server?.closed();
    }
    throwRefusal(socket);
  },
};

const NEW_HELLO = { v: [1, 0], kind: 'hello', seq: 0, from: 1, name: 'other.py' };

export const producerTextTarget: FuzzTarget<{ readonly isFirst: boolean; readonly text: string }> = {
  name: 'producer text',
  make: (random) => ({ isFirst: random.chance(0.8), text: changedText(random, PRODUCER) }),
  rest,
  take({ isFirst, text }) {
    const { hub, environment, heartbeats, clock } = stageForInputs();
    const wire = new FakeSocket();
    const socket = new ProducerSocket({ hub, environment, heartbeats, serverId: 's1' }, wire);
    try {
      if (!isFirst) {
        const epoch = { id: `p${used}`, startedUs: used };
        socket.text(JSON.stringify({ ...NEW_HELLO, session: `p${used % 50}`, epoch }));
      }
      socket.text(text);
      clock.advance(60);
    } catch (error) {
      if (isStreamVizError(error)) throw new Error(`thrown instead of told: ${error.code}`);
      throw error;
    } finally {
      socket.closed();
    }
    throwRefusal(wire);
  },
};
