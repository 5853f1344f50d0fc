// The notebooks of which the pictures of docs/jupyterlab.md are taken: a shop with a training beside it. All of it is made up.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const IMPORT = `import math, random, threading, time
import stream_viz as sv`;
const SYSTEM = `cpu = sv.metric("cpu", title="CPU usage", unit="%",
                thresholds={"warning": 80, "critical": 95}, time_range="5m")
memory = sv.metric("memory", title="Memory", unit="GB", time_range="5m")
exhaust = sv.gauge("exhaust", title="Exhaust air", unit="°C", min=0, max=100,
                   thresholds=[60, 75, 100])`;
const SHOP = `orders = sv.counter("orders", title="Orders", window="10s", slide="1s")
latency = sv.metric("latency", title="Latency p99", unit="ms", window="10s",
                    slide="1s", aggregation="p99", time_range="5m")
payments = sv.table("payments", title="Failed payments", max_rows=200,
                    columns={"time": "datetime", "method": "text", "reason": "text"})
picks = sv.events("picks", title="Picks", key="product", actor="picker",
                  per="1m", keep="1h")`;
const TRAINING = `loss = sv.metric("loss", title="Loss", x="step")
rate = sv.metric("rate", title="Learning rate", x="step", format=".1e")
validation = sv.metric("validation", title="Validation loss")`;
const FEED = `stop = threading.Event()
dice = random.Random(7)
now = time.time()

def cpu_at(t):
    wave = 62 + 17 * math.sin(t / 23) + 9 * math.sin(t / 7.3) + dice.gauss(0, 3)
    return min(100, wave + (16 if t % 97 > 88 else 0))

past = [now - 300 + i / 10 for i in range(3000)]
cpu.send_many([cpu_at(t) for t in past], times=past)
memory.send_many([6 + 0.8 * ((t % 140) / 140) + dice.gauss(0, 0.03) for t in past], times=past)
latency.send_many([dice.lognormvariate(4.1, 0.35) for _ in range(6000)],
                  times=[now - 300 + i / 20 for i in range(6000)])
loss.send_many([2.3 * math.exp(-i / 130) + 0.04 + dice.gauss(0, 0.015) for i in range(600)],
               times=range(600))
rate.send_many([3e-4 * (1 - i / 700) for i in range(600)], times=range(600))
for i in range(40):
    payments.send({"time": now - 800 + 20 * i, "method": dice.choice(["card", "transfer", "wallet"]),
                   "reason": dice.choice(["declined", "timeout", "3-D Secure", "limit"])})
    for _ in range(dice.randrange(2, 30)):
        picks.send(product=dice.choice(["Kettle", "Lamp", "Desk", "Chair", "Shelf"]),
                   picker=dice.choice(["Ada", "Grace", "Edsger"]), time=now - 590 + 15 * i)

def feed():
    step = 600
    while not stop.is_set():
        t = time.time()
        cpu.send(cpu_at(t))
        memory.send(6 + 0.8 * ((t % 140) / 140) + dice.gauss(0, 0.03))
        exhaust.set(69 + 5 * math.sin(t / 19))
        latency.send_many([dice.lognormvariate(4.1, 0.35) for _ in range(4)])
        orders.inc(dice.randrange(0, 5))
        if step % 10 == 0:
            loss.send(2.3 * math.exp(-step / 130) + 0.04 + dice.gauss(0, 0.01), step=step)
            rate.send(max(1e-5, 3e-4 * (1 - step / 700)), step=step)
        if step % 90 == 0:
            payments.send({"time": t, "method": "card", "reason": "declined"})
        step += 1
        time.sleep(0.1)`;
const START = `threading.Thread(target=feed, daemon=True).start()`;
/** A newer package in the kernel, as it would tell it. */
const NEWER = `import stream_viz._document, stream_viz._kernel
stream_viz._document.version = stream_viz._kernel.version = lambda: "9.9.0"`;
const BUSY = `signal = sv.metric("signal", title="Signal", unit="mV", time_range="1m")
step = 0
while True:
    signal.send(40 + 9 * math.sin(step / 31) + random.gauss(0, 1.5))
    step += 1
    time.sleep(0.02)`;

/** Starts with `# `: markdown. Else code. */
type Cells = readonly string[];

/** The shop: `SHOP_CODE` are the places of its code cells. */
export const SHOP_CELLS: Cells = [
  ...['# Checkout service', IMPORT, '## System', SYSTEM, '## Shop', SHOP, '## Training', TRAINING],
  ...[FEED, START],
];
export const SHOP_CODE = [1, 3, 5, 7, 8, 9] as const;
export const NEWER_CELLS: Cells = [IMPORT, NEWER, ...SHOP_CELLS.slice(2)];
export const NEWER_CODE = [0, 1, 3, 5, 7, 8, 9] as const;
export const BUSY_CELLS: Cells = [`${IMPORT}\n${BUSY}`];
export const EMPTY_CELLS: Cells = ['2 + 2'];
/** All of the shop in one cell that runs on: what a page made of a notebook shows while it is made. */
export const RUNNING_CELLS: Cells = [
  '# Checkout service',
  `${IMPORT}\n${SYSTEM}\n${SHOP}`,
  TRAINING,
  `${FEED}\nfeed()`,
];

/** Writes a notebook into `dir` and returns its name. */
export function writeCells(dir: string, name: string, cells: Cells): string {
  const notebook = {
    cells: cells.map((source, i) =>
      source.startsWith('#')
        ? { cell_type: 'markdown', id: `cell-${i}`, metadata: {}, source }
        : { cell_type: 'code', id: `cell-${i}`, metadata: {}, execution_count: null, outputs: [], source },
    ),
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(dir, name), JSON.stringify(notebook, null, 1));
  return name;
}

/** The same widgets as an app of marimo in `dir`, in its theme of that name. Returns the file. */
export function writeMarimoApp(dir: string, theme: 'light' | 'dark'): string {
  const file = join(dir, 'app.py');
  writeFileSync(join(dir, 'pyproject.toml'), `[tool.marimo.display]\ntheme = "${theme}"\n`);
  const cell = (source: string, takes: string, gives: string): string =>
    `@app.cell\ndef _(${takes}):\n${source.replace(/^/gm, '    ')}\n    return ${gives}\n`;
  const all = 'cpu, exhaust, latency, loss, math, memory, orders, payments, picks, random, rate, threading, time';
  const cells = [
    cell(IMPORT, '', 'math, random, sv, threading, time'),
    cell(SYSTEM, 'sv', 'cpu, exhaust, memory'),
    cell(SHOP, 'sv', 'latency, orders, payments, picks'),
    cell(TRAINING, 'sv', 'loss, rate'),
    cell(`${FEED}\n\n${START}`, all, ''),
  ];
  writeFileSync(file, `import marimo\n\napp = marimo.App()\n\n\n${cells.join('\n\n')}`);
  return file;
}
