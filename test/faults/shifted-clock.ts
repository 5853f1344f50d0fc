/** Clocks of processes that a test moves: nothing in the product knows of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loaded by Node before the server: `Date` is the real one plus what the file says, asked 50 times a second. */
const NODE = (path: string): string => `
import { readFileSync } from 'node:fs';
const Real = Date;
let shiftMs = 0;
const read = () => {
  try {
    shiftMs = Number(readFileSync(${JSON.stringify(path)}, 'utf8')) || 0;
  } catch {
    // As before.
  }
};
read();
setInterval(read, 20).unref();
globalThis.Date = class Date extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + shiftMs);
    else super(...given);
  }
  static now() {
    return Real.now() + shiftMs;
  }
};
`;

/** Loaded by Python before anything else. */
const PYTHON = (path: string): string => `
import time

_real, _real_ns = time.time, time.time_ns

def _shift_ms():
    try:
        with open(${JSON.stringify(path)}) as file:
            return float(file.read() or 0)
    except (OSError, ValueError):
        return 0.0

_held = [0.0, 0.0]

def _shift():
    now = time.monotonic()
    if now - _held[0] > 0.02:
        _held[:] = [now, _shift_ms()]
    return _held[1]

time.time = lambda: _real() + _shift() / 1e3
time.time_ns = lambda: _real_ns() + int(_shift() * 1e6)
`;

export class ShiftedClock {
  /** What a process gets that is to have this clock. */
  readonly env: Readonly<Record<string, string>>;
  shiftMs = 0;
  readonly #path: string;

  /** @param folder An existing one of its own. */
  constructor(folder: string) {
    this.#path = join(folder, 'shift-ms');
    const module = join(folder, 'clock.mjs');
    writeFileSync(module, NODE(this.#path));
    writeFileSync(join(folder, 'sitecustomize.py'), PYTHON(this.#path));
    this.env = { NODE_OPTIONS: `--import=${pathToFileURL(module)}`, PYTHONPATH: folder };
    this.set(0);
  }

  /** The clock is so far ahead of the machine's from now on, behind it where negative. */
  set(shiftMs: number): void {
    this.shiftMs = shiftMs;
    writeFileSync(this.#path, String(shiftMs));
  }
}
