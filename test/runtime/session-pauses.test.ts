import { expect, test } from 'vitest';
import { SessionPauses } from '../../src/runtime/session-pauses.ts';

test('who draws a session hears of a change, and at once where it is paused already', () => {
  const pauses = new SessionPauses();
  const heard: string[] = [];
  pauses.follow('a', (paused) => heard.push(`early ${paused}`));
  pauses.follow('b', (paused) => heard.push(`other ${paused}`));
  pauses.set('a', false);
  pauses.set('a', true);
  pauses.set('a', true);
  const stop = pauses.follow('a', (paused) => heard.push(`late ${paused}`));
  stop();
  stop();
  pauses.set('a', false);
  expect(heard).toEqual(['early true', 'late true', 'early false']);
  expect(pauses.isPaused('a')).toBe(false);
});
