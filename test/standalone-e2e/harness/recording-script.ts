/** A script that writes down what it sends before it sends it, and the record read back. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { python } from '../../../scripts/setup.mjs';
import type { Place, Program } from './place.ts';

/**
 * Sends value after value in turn to two metrics, until it is told `stop`, then says `STOPPED seq` once all is acknowledged. What
 * stands in `RECORDING_FIRST` it runs before.
 *
 * Per epoch it writes `<epoch>.samples`, (series, time in us, value) as float64, before each send; and `<epoch>.messages`:
 * `m seq samples-so-far` of each message before it is sent, `a seq` of what was acknowledged.
 */
const SCRIPT = `
import math, os, struct, sys, threading, time
import stream_viz as sv
from stream_viz import _producer, _server_link

exec(os.environ.get("RECORDING_FIRST", ""))
folder, rate = sys.argv[1], float(sys.argv[2])
sender = _producer.current().sender
path = os.path.join(folder, sender.epoch["id"])
flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
messages, samples = os.open(path + ".messages", flags, 0o600), os.open(path + ".samples", flags, 0o600)
put, heard = _server_link.ServerLink.put, _server_link.ServerLink._heard

def recorded_put(link, message):
    os.write(messages, f"m {message.header['seq']} {message.header['samples']}\\n".encode())
    put(link, message)

def recorded_heard(link, said):
    heard(link, said)
    os.write(messages, f"a {link.acknowledged}\\n".encode())

_server_link.ServerLink.put, _server_link.ServerLink._heard = recorded_put, recorded_heard
lines = [sv.metric("load", title="Load"), sv.metric("heat", title="Heat", unit="K")]
stopped = threading.Event()

def listen():
    for line in sys.stdin:
        if line.strip() == "stop":
            stopped.set()

threading.Thread(target=listen, daemon=True).start()
i, next_s = 0, time.monotonic()
while not stopped.is_set():
    now, value = time.time(), (i * 2654435761 % 10007) / 7 - 300
    os.write(samples, struct.pack("<3d", i % 2, math.floor(now * 1e6 + 0.5), value))
    lines[i % 2].send(value, time=now)
    i += 1
    if i == 1:
        print("SENDING", sender.epoch["id"], flush=True)
    next_s += 1 / rate
    time.sleep(max(0.0, next_s - time.monotonic()))
while _producer.current().sender.waits or _producer.current().server.link.acknowledged < sender.seq:
    time.sleep(0.01)
print("STOPPED", sender.seq, i, flush=True)
while True:
    time.sleep(1)
`;

export const SERIES = ['load', 'heat'] as const;

export interface RecordedSample {
  readonly series: number;
  readonly timeUs: number;
  readonly value: number;
}

/** One life of a script: all it sent, in order. */
export class RecordedEpoch {
  readonly id: string;
  readonly samples: readonly RecordedSample[];
  /** How many of the samples the messages up to and including a number hold. */
  readonly totals: ReadonlyMap<number, number>;
  /** The last message number that the server acknowledged. */
  readonly acknowledged: number;

  constructor(folder: string, id: string) {
    this.id = id;
    const bytes = readFileSync(join(folder, `${id}.samples`));
    const all = new Float64Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - (bytes.length % 24)),
    );
    this.samples = Array.from({ length: all.length / 3 }, (_, i) => {
      return { series: all[3 * i]!, timeUs: all[3 * i + 1]!, value: all[3 * i + 2]! };
    });
    const totals = new Map<number, number>();
    let acknowledged = 0;
    for (const line of readFileSync(join(folder, `${id}.messages`), 'utf8').split('\n')) {
      const [kind, seq, total] = line.split(' ');
      if (kind === 'm' && total !== undefined) totals.set(Number(seq), Number(total));
      if (kind === 'a') acknowledged = Math.max(acknowledged, Number(seq));
    }
    this.totals = totals;
    this.acknowledged = acknowledged;
  }

  /** The samples of one series that the messages up to and including `seq` hold. */
  upTo(seq: number, series: string): readonly RecordedSample[] {
    const total = seq === 0 ? 0 : this.totals.get(seq);
    if (total === undefined) throw new Error(`the script never sent message ${seq} of epoch ${this.id}`);
    const index = SERIES.indexOf(series as (typeof SERIES)[number]);
    return this.samples.slice(0, total).filter((sample) => sample.series === index);
  }
}

/** A script of a place that can be killed and run again. */
export class RecordingScript {
  readonly name: string;
  readonly folder: string;
  program: Program;
  readonly #place: Place;
  readonly #path: string;
  readonly #rate: number;
  readonly #env: Readonly<Record<string, string>>;

  constructor(
    place: Place,
    name: string,
    options: { readonly rate: number; readonly env?: Readonly<Record<string, string>> },
  ) {
    this.name = name;
    this.folder = place.made(`${name}-record`);
    this.#place = place;
    this.#path = place.write(`${name}.py`, SCRIPT);
    this.#rate = options.rate;
    this.#env = options.env ?? {};
    this.program = this.#run();
  }

  /** Runs it again. */
  again(): void {
    this.program = this.#run();
  }

  /** Lets it stop; returns the number of its last message, which the server has. */
  async stop(): Promise<number> {
    this.program.tell('stop');
    return Number((await this.program.said('STOPPED')).split(' ')[0]);
  }

  /** Id of the running epoch. */
  async epoch(): Promise<string> {
    return this.program.said('SENDING');
  }

  /** What an epoch has sent until now. */
  record(epoch: string): RecordedEpoch {
    return new RecordedEpoch(this.folder, epoch);
  }

  /** Every epoch of this script. */
  get epochs(): readonly string[] {
    return readdirSync(this.folder).flatMap((name) => (name.endsWith('.messages') ? [name.slice(0, -9)] : []));
  }

  #run(): Program {
    return this.#place.run(python, [this.#path, this.folder, String(this.#rate)], this.#env);
  }
}
