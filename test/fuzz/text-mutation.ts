/** Texts that were valid, changed by a few characters, cut, doubled or joined. */
import type { SeededRandom } from '../faults/seeded-random.ts';

const PIECES = [
  ...[
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '\\u0000',
    '\u0000',
    '\n',
    '\r\n',
    '\u2028',
    '\ud800',
    '💥',
    '\ufeff',
    ' ',
  ],
  ...['null', 'true', '1e999', '-', '0x1', '1e-400', '%', '%00', '%zz', '%ff', '&', '=', '+', '..', '/', '__proto__'],
  ...['9'.repeat(40), 'P1D', '1970-01-01T00:00:00Z', '+275760-09-13', 'now', '-5m', '1e3s', '\t', "'", '<script>'],
];

export function mutatedText(random: SeededRandom, text: string, other: string = text): string {
  let made = text;
  for (let changes = random.pick([1, 1, 2, 5]); changes > 0; changes -= 1) {
    const at = random.whole(0, made.length);
    const to = Math.min(made.length, at + random.pick([0, 1, 2, 8, 100]));
    const how = random.whole(0, 6);
    if (how === 0) made = made.slice(0, at) + made.slice(to);
    else if (how === 1) made = made.slice(0, at);
    else if (how === 2) made = made.slice(0, to) + made.slice(at, to).repeat(random.pick([1, 2, 50])) + made.slice(to);
    else if (how === 3) made = made.slice(0, at) + other.slice(random.whole(0, other.length));
    else if (how === 4) made = made.slice(0, at) + String.fromCharCode(random.whole(0, 0xffff)) + made.slice(to);
    else made = made.slice(0, at) + random.pick(PIECES) + made.slice(to);
    if (made.length > 200_000) made = made.slice(0, 200_000);
  }
  return made;
}
