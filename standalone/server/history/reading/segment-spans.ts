import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ListedSeries } from './series-request.ts';

/** Samples, cells of each duration and what came folded into such. */
const TIERS = `(select 0 as tier union all select value from json_each(w.tiers)
  union all select -value from json_each(w.tiers)) as k`;

const FIRST = 'select t0 from seg where series = s.id and tier = k.tier order by t0 limit 1';
const LAST = 'select t1 from seg where series = s.id and tier = k.tier order by t0 desc limit 1';

const SPANS = `select s.session, s.name, s.labels, w.axis, (select min((${FIRST})) from ${TIERS}) as first,
  (select max((${LAST})) from ${TIERS}) as last
  from series s join written w on w.series = s.id where (?1 is null or s.name = ?1) order by s.id`;

/**
 * The times that the segments of each series lie between.
 *
 * About 20 us a series: a look into the index of segments for each tier's ends, whatever lies in between.
 */
export class SegmentSpans {
  readonly #spans: StatementSync;

  constructor(db: DatabaseSync) {
    this.#spans = db.prepare(SPANS);
  }

  /** The series of one name or of all that have segments, in the order they were first written. */
  list(name: string | null): readonly ListedSeries[] {
    const listed: ListedSeries[] = [];
    for (const { session, name: own, labels, axis, first, last } of this.#spans.iterate(name)) {
      if (first === null) continue;
      listed.push({
        session: String(session),
        name: String(own),
        labels: String(labels),
        axis: axis === 'step' ? 'step' : 'time',
        firstUs: Number(first),
        lastUs: Number(last),
      });
    }
    return listed;
  }
}
