import { Differs } from '../standalone-e2e/harness/exactness.ts';
import { asked, type ServerEntry } from '../standalone-e2e/harness/place.ts';
import { type RecordedEpoch, SERIES } from '../standalone-e2e/harness/recording-script.ts';
import { isInOrder } from './invariants.ts';

/** What of one series of a killed run the server had when it was over. */
interface PastRun {
  readonly session: string;
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly count: number;
}

/** What queries must go on to count of runs that are over, although other runs have their names now. */
export class PastRuns {
  readonly #runs: PastRun[] = [];

  /** Notes what the messages up to `seq` hold. A run whose clock was set back shares its time with others: it is left out. */
  remember(session: string, record: RecordedEpoch, seq: number): void {
    if (!isInOrder(record.samples)) return;
    for (const name of SERIES) {
      const samples = record.upTo(seq, name);
      if (samples.length === 0) continue;
      const [startUs, endUs] = [samples[0]!.timeUs, samples.at(-1)!.timeUs + 1];
      this.#runs.push({ session, name, startUs, endUs, count: samples.length });
    }
  }

  /** @returns how many were asked for. @throws Differs */
  async check(server: Pick<ServerEntry, 'url' | 'token'>): Promise<number> {
    for (const { session, name, startUs, endUs, count } of this.#runs) {
      const times = { start: (startUs / 1e6).toFixed(6), end: (endUs / 1e6).toFixed(6) };
      const query = new URLSearchParams({ metric: name, session, aggregation: 'count', ...times });
      const answer = await asked<{ lines?: readonly { value: readonly number[] }[] }>(server, `/api/query?${query}`);
      const counted = answer.lines?.[0]?.value[0];
      if (counted !== count) {
        throw new Differs(`of ${session} ${name}, which was killed, a query counts ${counted} of ${count}: ${query}`);
      }
    }
    return this.#runs.length;
  }
}
