import type { ActorCount } from '../../../core/events/event-window.ts';
import type { EventsOptions } from '../../../dashboard/events-spec.ts';
import type { ProducerEvents } from '../../../session/event-counters.ts';
import type { CounterLine } from '../../card-status.ts';

/** `12`, or `≥ 100` where there were at least as many. */
export function actorText({ count, exact }: ActorCount): string {
  return exact ? group(count) : `≥ ${group(count)}`;
}

/** The names, at most those held: `alice, bob`, with `and more` where names were left out. '' for nobody. */
export function actorList({ names, count, exact }: ActorCount): string {
  if (names.length === 0) return '';
  const list = names.join(', ');
  return exact && names.length === count ? list : `${list} and more`;
}

/** `12 · 25 %`: events with a flag and their share of all; '0' for none. Shares below 0.5 % are `< 1 %`. */
export function flagText(count: number, of: number): string {
  return count === 0 ? '0' : `${group(count)} · ${shareText(count / of)}`;
}

function shareText(share: number): string {
  if (share < 0.005) return '< 1 %';
  if (share > 0.995 && share < 1) return '> 99 %';
  return `${Math.round(share * 100)} %`;
}

/** A window's length for its button: `30s`, `5m`, `1h`, `1h30m`. */
export function lengthText(us: number): string {
  const seconds = us / 1e6;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : ''];
  if (rest > 0) parts.push(`${Number(rest.toFixed(3))}s`);
  return parts.join('');
}

/** A window's length as it is said: `last 5 minutes`. */
export function lengthSpoken(us: number): string {
  const seconds = us / 1e6;
  const [count, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, 'hour']
      : seconds % 60 === 0
        ? [seconds / 60, 'minute']
        : [seconds, 'second'];
  return count === 1 ? `last ${unit}` : `last ${count} ${unit}s`;
}

/** The call that sends the first event: `borrows.send(tool="...", user="...", overage=True)`. */
export function eventsCall(name: string, { key, actor, flags }: EventsOptions): string {
  const variable = /^[A-Za-z_]\w*$/.test(name) ? name : 'ev';
  const fields = [`${key}="..."`];
  if (actor !== null) fields.push(`${actor}="..."`);
  if (flags[0] !== undefined) fields.push(`${flags[0]}=True`);
  return `${variable}.send(${fields.join(', ')})`;
}

/** What the status line says: events that did not go the plain way, and panes that never came. */
export function eventLines(
  producer: ProducerEvents,
  page: { readonly missingPanes: number; readonly unreadable: number },
  key: string,
): CounterLine[] {
  const lines: CounterLine[] = [
    {
      count: producer.late,
      word: 'late',
      explanation: 'events came after a newer pane had begun and were put in theirs.',
    },
    {
      count: producer.expired,
      word: 'expired',
      explanation: 'events were older than what is kept. They are not counted.',
    },
    {
      count: producer.invalid,
      word: 'invalid',
      explanation: 'events had a time that is not finite. They are not counted.',
    },
    { count: producer.missing, word: 'without key', explanation: `events had no ${key}. They are not counted.` },
    {
      count: producer.overKeys,
      word: 'of further keys',
      explanation: 'events came under keys beyond the limit of 10,000 live ones. They are not counted.',
    },
    {
      count: page.missingPanes,
      word: 'panes missing',
      explanation: 'minutes of single keys did not reach this page: only the newest 256 KB can be sent again.',
    },
    { count: page.unreadable, word: 'unreadable', explanation: 'rows of the kernel could not be read.' },
  ];
  return lines.filter(({ count }) => count > 0);
}

/** A count with separators. */
export function group(count: number): string {
  return count.toLocaleString();
}
