import type { EventCounters } from '../core/events/event-store.ts';
import { parsedJson } from './event-cells.ts';
import type { TableView } from './session-view.ts';

/** What the producer counted since the events began. */
export interface ProducerEvents extends Readonly<EventCounters> {
  /** Rises when the producer began anew (`clear`, another length of panes): what was read before is over. */
  readonly life: number;
  /** Events that entered a pane. */
  readonly taken: number;
  /** How far event times lie behind the producer's clock, us; 0 for live ones. */
  readonly behindUs: number;
  /** Newest event time, us; -Infinity before the first. */
  readonly edgeUs: number;
  /** The producer holds everything from here on, us; -Infinity before the first event. */
  readonly horizonUs: number;
}

/** Nothing counted yet. */
export const NO_EVENTS: ProducerEvents = {
  life: 0,
  taken: 0,
  late: 0,
  expired: 0,
  invalid: 0,
  missing: 0,
  overKeys: 0,
  behindUs: 0,
  edgeUs: -Infinity,
  horizonUs: -Infinity,
};

/** Reads the newest row of `events:NAME`: JSON in its column `counters`. What it lacks is 0, or -Infinity for a time. */
export function readCounters(table: Pick<TableView, 'columns' | 'rows'>): ProducerEvents {
  const place = table.columns.findIndex(({ name }) => name === 'counters');
  const given = parsedJson(table.rows().at(-1)?.cells[place]);
  const told = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
  const number = (name: string, none = 0): number => (typeof told[name] === 'number' ? told[name] : none);
  return {
    life: number('life'),
    taken: number('taken'),
    late: number('late'),
    expired: number('expired'),
    invalid: number('invalid'),
    missing: number('missing'),
    overKeys: number('overKeys'),
    behindUs: number('behindUs'),
    edgeUs: number('edgeUs', -Infinity),
    horizonUs: number('horizonUs', -Infinity),
  };
}
