/** Rounds of faults from a seed, and what did not hold. */
import { assertResumes, Differs } from '../standalone-e2e/harness/exactness.ts';
import { until } from '../standalone-e2e/harness/until.ts';
import type { WireViewer } from '../standalone-e2e/harness/wire-viewer.ts';
import { FAULTS, type FaultKind } from './fault-kinds.ts';
import { assertFile, assertHonest, assertMemory, assertUnaffected, assertWhole, type Invariant } from './invariants.ts';
import { emptyReport, type LaboratoryReport } from './laboratory-report.ts';
import { PastRuns } from './past-runs.ts';
import { SeededRandom, seedOf } from './seeded-random.ts';
import { acknowledgedOf, type Onlooker, type Producer, TOKEN, World } from './world.ts';

/** Rounds that one set of processes lives through. */
const ROUNDS_PER_WORLD = 20;

export interface LaboratoryOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly bundle: string;
  /** Which worlds have a history on disk. */
  readonly history: 'half' | 'always' | 'never';
  /** Ends what every world has started; called with each world's end. */
  readonly progress?: (line: string) => void;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly string[];
}

export async function runLaboratory(options: LaboratoryOptions): Promise<LaboratoryReport> {
  const began = performance.now();
  const report = emptyReport(options.seed);
  for (let world = 0; report.rounds < options.rounds; world += 1) {
    const rounds = Math.min(ROUNDS_PER_WORLD, options.rounds - report.rounds);
    const hasHistory = options.history === 'always' || (options.history === 'half' && world % 2 === 0);
    await new WorldRounds(options, report, { world, rounds, hasHistory }).run();
    report.worlds += 1;
  }
  report.seconds = (performance.now() - began) / 1000;
  return report;
}

/** The rounds of one world. A round that fails ends it: what follows would fail with it. */
class WorldRounds {
  readonly #options: LaboratoryOptions;
  readonly #report: LaboratoryReport;
  readonly #random: SeededRandom;
  readonly #rounds: number;
  readonly #hasHistory: boolean;
  readonly #ends: (() => void)[] = [];
  #bag: FaultKind[] = [];
  readonly #past = new PastRuns();
  /** Newest progress of the viewer beside the faults. */
  #calm = { seq: 0, epoch: '', sinceMs: 0, silenceMs: 0 };

  constructor(
    options: LaboratoryOptions,
    report: LaboratoryReport,
    { world, rounds, hasHistory }: { readonly world: number; readonly rounds: number; readonly hasHistory: boolean },
  ) {
    this.#options = options;
    this.#report = report;
    this.#random = new SeededRandom(seedOf(options.seed, world));
    this.#rounds = rounds;
    this.#hasHistory = hasHistory;
  }

  async run(): Promise<void> {
    const { bundle } = this.#options;
    let timer: NodeJS.Timeout | null = null;
    try {
      const lifetime = (end: () => void) => void this.#ends.push(end);
      const world = await World.open({ bundle, hasHistory: this.#hasHistory, lifetime });
      world.afterKill = (killed) => this.#checkKept(world, killed);
      timer = setInterval(() => this.#watchCalm(world), 50);
      await this.#settle(world);
      for (let i = 0; i < this.#rounds; i += 1) {
        if (!(await this.#round(world))) {
          this.#report.rounds += this.#rounds - i - 1;
          return;
        }
      }
      this.#end(world);
    } catch (error) {
      this.#fail([], error);
      this.#report.rounds += this.#rounds;
    } finally {
      if (timer !== null) clearInterval(timer);
      for (const end of this.#ends.reverse()) end();
    }
  }

  /** @returns whether everything held. */
  async #round(world: World): Promise<boolean> {
    const random = this.#random;
    const first = this.#next(world);
    const others = this.#kinds(world).filter((kind) => {
      return kind !== first && kind.isAlone !== true && (kind.way === undefined || kind.way !== first.way);
    });
    const second = first.isAlone !== true && others.length > 0 && random.chance(0.5) ? random.pick(others) : null;
    const faults = second === null ? [first] : [first, second];
    const names: string[] = faults.map(({ name }) => name);
    const began = performance.now();
    const calm = world.onlookers.get('calm')!.viewer;
    const { connections } = calm;
    this.#calm = { ...this.#calm, sinceMs: performance.now(), silenceMs: 0 };
    try {
      await new Promise((resolve) => setTimeout(resolve, random.whole(0, 400)));
      await Promise.all(
        faults.map(async (fault, i) => {
          const own = new SeededRandom(random.whole(0, 2 ** 30));
          await fault.run(world, own, (words) => {
            names[i] = `${fault.name} (${words})`;
          });
        }),
      );
      for (const net of world.nets) if (net !== world.onlookers.get('slow')!.net || random.chance(0.1)) net.mend();
      if (!faults.some(({ touchesServer }) => touchesServer)) {
        await this.#settle(world);
        assertUnaffected(connections, calm.connections, this.#calm.silenceMs);
        this.#checked('others');
      } else await this.#settle(world);
      await this.#check(world);
      for (const { name } of faults) this.#report.faults.set(name, (this.#report.faults.get(name) ?? 0) + 1);
      this.#report.rounds += 1;
      const took = ((performance.now() - began) / 1000).toFixed(1);
      this.#options.progress?.(`round ${this.#report.rounds}, ${took} s: ${names.join(' with ')}`);
      return true;
    } catch (error) {
      for (const { name } of faults) this.#report.faults.set(name, (this.#report.faults.get(name) ?? 0) + 1);
      this.#report.rounds += 1;
      this.#fail(names, error, world);
      return false;
    }
  }

  #kinds(world: World): readonly FaultKind[] {
    const { kinds } = this.#options;
    return FAULTS.filter((fault) => {
      const why = fault.cannot?.(world) ?? null;
      if (why !== null) this.#report.leftOut.set(fault.name, why);
      return why === null && (kinds === undefined || kinds.some((name) => fault.name.includes(name)));
    });
  }

  /** Every kind comes once before one comes again. */
  #next(world: World): FaultKind {
    if (this.#bag.length === 0) this.#bag = this.#random.shuffled(this.#kinds(world));
    return this.#bag.pop()!;
  }

  /** Waits until what was said before this call has reached everybody; makes new what suffered. */
  async #settle(world: World): Promise<void> {
    for (const producer of world.producers.values()) {
      const before = acknowledgedOf(producer);
      await until(`${producer.name} is acknowledged again`, () => acknowledgedOf(producer) > before, {
        mostMs: 45_000,
        shown: () => [producer.script.program.stderr.slice(-1500), before, acknowledgedOf(producer)],
      });
    }
    for (const producer of world.producers.values()) {
      if (producer.isSpoilt) continue;
      const wanted = acknowledgedOf(producer);
      for (const onlooker of world.onlookers.values()) {
        if (onlooker.isSpoilt || onlooker.name === 'slow') continue;
        await onlooker.viewer.reaches(producer.session, producer.epoch, wanted, 45_000);
      }
    }
  }

  async #check(world: World): Promise<void> {
    await this.#checkServer(world);
    if ((await this.#past.check({ url: world.url, token: TOKEN })) > 0) this.#checked('past');
    for (const onlooker of world.onlookers.values()) this.#checkViewer(world, onlooker);
    const memory = world.memory();
    this.#report.serverBytes = Math.max(this.#report.serverBytes, memory.server);
    this.#report.scriptBytes = Math.max(this.#report.scriptBytes, memory.script);
    assertMemory(memory);
    this.#checked('memory');
    const errors = [...world.said, world.server.stderr]
      .join('')
      .match(/.*(UNCAUGHT|UNHANDLED|INTERNAL|TypeError|RangeError).*/);
    if (errors !== null) throw new Differs(`the server says: ${errors[0].slice(0, 600)}`);
    this.#checked('silent');
    // What suffered is made new, so that the next round begins with numbers that are whole.
    const spoilt = [...world.producers.values()].filter((producer) => producer.isDoubtful);
    if (spoilt.length > 0) await world.restart(spoilt);
    for (const onlooker of world.onlookers.values()) if (onlooker.hasSuffered) world.replace(onlooker);
    if (spoilt.length > 0) await this.#settle(world);
  }

  /** The server's own truth: a viewer that joins anew holds what each script had sent. */
  async #checkServer(world: World): Promise<void> {
    const fresh = world.fresh({ width: 2048, rangeUs: 1e6 });
    try {
      const wanted = [...world.producers.values()].filter(({ isSpoilt }) => !isSpoilt);
      const acknowledged = new Map(wanted.map((producer) => [producer, acknowledgedOf(producer)]));
      for (const producer of wanted) {
        await fresh.reaches(producer.session, producer.epoch, acknowledged.get(producer)!, 30_000);
      }
      for (const producer of wanted) this.#compare(fresh, producer, 'server', producer.isDoubtful, 'held');
    } finally {
      fresh.close();
    }
  }

  /** With history on disk, what was acknowledged is there although nobody can send it again. */
  async #checkKept(world: World, killed: readonly Producer[]): Promise<void> {
    if (!world.hasHistory) return;
    assertFile(world.historyFile);
    this.#checked('file');
    const fresh = world.fresh({ width: 2048, rangeUs: 1e6 });
    try {
      for (const producer of killed) {
        if (producer.isSpoilt || producer.isDoubtful) continue;
        const { script, epoch, session, name } = producer;
        const record = script.record(epoch);
        await fresh.reaches(session, epoch, record.acknowledged, 8_000);
        const store = fresh.store(session);
        this.#report.cells += assertWhole(store, record, `server after a kill, ${name}`)[0];
        const sent = record.samples.at(-1)?.timeUs ?? 0;
        const held = record.samples[(record.totals.get(store.seq) ?? 1) - 1]?.timeUs ?? sent;
        // The script's clock may have jumped in between.
        if (sent >= held) this.#report.mostLostSeconds = Math.max(this.#report.mostLostSeconds, (sent - held) / 1e6);
        this.#checked('kept');
        this.#past.remember(session, record, store.seq);
      }
    } finally {
      fresh.close();
    }
  }

  #checkViewer(world: World, { viewer, name, isDoubtful, isSpoilt }: Onlooker): void {
    if (isSpoilt) return;
    for (const producer of world.producers.values()) {
      if (producer.isSpoilt) continue;
      const store = viewer.store(producer.session);
      // A slow one may be at an earlier message, of an earlier epoch, or have nothing yet; what it has is whole all the same.
      if (name === 'slow' && (store.epochId !== producer.epoch || store.seq === 0)) continue;
      this.#compare(viewer, producer, name, isDoubtful || producer.isDoubtful, 'shown');
    }
    if (name === 'slow') this.#report.conflated = Math.max(this.#report.conflated, viewer.live.conflated);
  }

  #compare(
    viewer: WireViewer,
    producer: Producer,
    where: string,
    isDoubtful: boolean,
    invariant: 'held' | 'shown',
  ): void {
    const { script, epoch, session } = producer;
    const store = viewer.store(session);
    const record = script.record(epoch);
    const place = `${where}, ${producer.name}`;
    if (isDoubtful) {
      this.#report.samplesInDoubt += assertHonest(store, record, place);
      this.#checked('doubts');
      return;
    }
    const [cells, inHoles] = assertWhole(store, record, place);
    this.#report.cells += cells;
    this.#report.samplesInHoles += inHoles;
    this.#checked(invariant);
    this.#checked('holes');
  }

  #end(world: World): void {
    for (const { viewer, name } of world.onlookers.values()) {
      if (name === 'slow') continue;
      const { recovered, renewed } = assertResumes(viewer.openings);
      this.#report.recovered += recovered;
      this.#report.renewed += renewed;
      this.#checked('resumes');
    }
  }

  #watchCalm(world: World): void {
    const calm = world.producers.get('calm')!;
    const viewer = world.onlookers.get('calm')?.viewer;
    if (viewer === undefined) return;
    const { seq, epochId } = viewer.store(calm.session);
    const nowMs = performance.now();
    if (seq !== this.#calm.seq || epochId !== this.#calm.epoch) {
      this.#calm = { ...this.#calm, seq, epoch: epochId, sinceMs: nowMs };
    } else this.#calm.silenceMs = Math.max(this.#calm.silenceMs, nowMs - this.#calm.sinceMs);
  }

  #checked(invariant: Invariant): void {
    const { checks } = this.#report;
    checks.set(invariant, (checks.get(invariant) ?? 0) + 1);
  }

  #fail(faults: readonly string[], error: unknown, world?: World): void {
    const { rounds, seed, failures } = this.#report;
    const words =
      error instanceof Differs
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    const said = world === undefined ? '' : [...world.said, world.server.stderr].join('').slice(-1500);
    const message = said === '' ? words : `${words}\n    the server said: ${said}`;
    failures.push({ round: rounds, seed, faults, hasHistory: this.#hasHistory, message });
    this.#options.progress?.(`round ${rounds} FAILED: ${faults.join(' with ')}: ${words.slice(0, 500)}`);
  }
}
