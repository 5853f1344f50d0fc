import type { TimeSpan } from '../../src/session/session-view.ts';
import type { TimeFormat } from '../../src/view/time-format.ts';

const SECONDS_BELOW_US = 3600e6;
const MS_BELOW_US = 10e6;

/** What the range button says of a span: `14:02 – 14:48`, with seconds below an hour, ms below 10 s, the day where not today. */
export function spanLabel({ startUs, endUs }: TimeSpan, times: TimeFormat, nowUs = Date.now() * 1000): string {
  const lengthUs = endUs - startUs;
  const write = (us: number): string =>
    lengthUs < MS_BELOW_US
      ? times.exact(Math.round(us / 1000) * 1000)
      : lengthUs < SECONDS_BELOW_US
        ? times.seconds(us)
        : times.minutes(us);
  const day = times.dateUnlessToday(startUs, nowUs);
  const endDay = times.dateUnlessToday(endUs, nowUs);
  const start = day === '' ? write(startUs) : `${day} ${write(startUs)}`;
  const end = endDay === day ? write(endUs) : `${endDay || 'today'} ${write(endUs)}`;
  return `${start} – ${end}`;
}
