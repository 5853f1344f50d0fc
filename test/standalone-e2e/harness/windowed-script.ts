/** A script whose metric and gauge show windows over far more samples than a screen has pixels. */
import { python } from '../../../scripts/setup.mjs';
import type { Place, Program } from './place.ts';

const SCRIPT = `
import sys, threading, time
import stream_viz as sv
from stream_viz import _producer

rate = int(sys.argv[1])
load = sv.metric("load", title="Load", window="1s", aggregation=["avg", "p99", "count"], allowed_lateness="10s")
heat = sv.gauge("heat", title="Heat", min=0, max=100, window="2s", aggregation="max")
stopped = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stopped.set()), daemon=True).start()
began = time.time()
sent, turn = 0, 0
while not stopped.is_set():
    due = int((time.time() - began) * rate)
    if due > sent:
        values = [(i * 2654435761 % 10007) / 101 for i in range(sent, due)]
        times = [began + i / rate for i in range(sent, due)]
        load.send_many(values, times)
        heat.send_many(values, times)
        sent = due
    turn += 1
    if turn % 50 == 0:
        load.send(99.5, time=time.time() - 3)
    if turn == 1:
        print("SENDING", _producer.current().sender.epoch["id"], flush=True)
    time.sleep(0.02)
sender = _producer.current().sender
while sender.waits or _producer.current().server.link.acknowledged < sender.seq:
    time.sleep(0.01)
print("STOPPED", sender.seq, sent, flush=True)
time.sleep(600)
`;

export class WindowedScript {
  readonly program: Program;

  /** @param rate Samples a second of each of its two series, `load` and `heat`. */
  constructor(place: Place, rate: number) {
    this.program = place.run(python, [place.write('windowed.py', SCRIPT), String(rate)]);
  }

  /** Id of its epoch. */
  epoch(): Promise<string> {
    return this.program.said('SENDING');
  }

  /** Lets it stop; returns the number of a message that holds all it sent, and how many samples those are. */
  async stop(): Promise<readonly [seq: number, samples: number]> {
    this.program.tell('stop');
    const [seq, samples] = (await this.program.said('STOPPED')).split(' ');
    return [Number(seq), Number(samples)];
  }
}
