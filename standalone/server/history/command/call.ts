import { StreamVizError } from '../../../../src/core/errors.ts';
import { nearestName } from '../../../../src/core/windows/nearest-name.ts';
import { TIME_SPELLING, timeUs } from '../../http/time-text.ts';

export type ExportForm = 'csv' | 'json' | 'arrow';

/** What `streamviz history FILE ...` was asked for. */
export interface HistoryCall {
  readonly path: string;
  readonly task: 'list' | 'export' | 'verify';
  readonly form: ExportForm | 'text';
  /** File to write; null: standard output. */
  readonly output: string | null;
  readonly metric: string | null;
  readonly session: string | null;
  readonly startUs: number;
  readonly endUs: number;
}

export const HISTORY_HELP = `streamviz history FILE [list|export|verify]: looks into a history file, also while a server writes it

  list      sessions and series: how many samples, from when to when, how many bytes (--format json: one JSON object a line)
  export    every sample, as CSV, JSON (an object a line) or Arrow; folded samples as one row for each cell
  verify    reads everything; ends with 1 where something is damaged

  --format FORM    csv, json or arrow (an IPC stream); default: what --output ends in, else csv
  --output PATH    a new file; default: standard output
  --metric NAME, --session NAME    only those
  --start TIME, --end TIME         [start, end): ISO 8601, seconds since 1970, or a time ago such as -2h

Parquet: python -m stream_viz history FILE export --output FILE.parquet (needs pyarrow), or convert the Arrow stream.
`;

const TASKS = ['list', 'export', 'verify'] as const;
const FORMS: readonly ExportForm[] = ['csv', 'json', 'arrow'];
const OPTIONS = ['--format', '--output', '--metric', '--session', '--start', '--end'] as const;

/** Reads the words after `history`. @throws StreamVizError `OPTION_INVALID`, naming the nearest right one */
export function historyCall(words: readonly string[], nowUs: number): HistoryCall {
  const plain: string[] = [];
  const given = new Map<string, string>();
  for (let i = 0; i < words.length; i += 1) {
    const [name = '', ...rest] = words[i]!.split('=');
    if (!name.startsWith('--')) {
      plain.push(words[i]!);
      continue;
    }
    if (!OPTIONS.some((option) => option === name))
      throw wrong(`there is no option ${name}; did you mean ${nearestName(name, OPTIONS)}?`);
    let value: string | undefined = rest.join('=');
    if (rest.length === 0) {
      i += 1;
      value = words[i];
    }
    if (value === undefined) throw wrong(`${name} needs a value`);
    given.set(name, value);
  }
  const [path, task = 'list', ...more] = plain;
  if (path === undefined) throw wrong('which file? streamviz history FILE [list|export|verify]');
  if (more.length > 0) throw wrong(`one task at a time; got ${more.join(' ')} after ${task}`);
  const known = TASKS.find((one) => one === task);
  if (known === undefined) throw wrong(`there is no task ${task}; did you mean ${nearestName(task, TASKS)}?`);
  const time = (name: string, none: number): number => {
    const text = given.get(name);
    if (text === undefined) return none;
    const us = timeUs(text, nowUs);
    if (Number.isFinite(us)) return us;
    throw wrong(`${name}: expected ${TIME_SPELLING}; got ${text}`);
  };
  return {
    path,
    task: known,
    form: formOf(known, given.get('--format') ?? null, given.get('--output') ?? null),
    output: given.get('--output') ?? null,
    metric: given.get('--metric') ?? null,
    session: given.get('--session') ?? null,
    startUs: time('--start', Number.NEGATIVE_INFINITY),
    endUs: time('--end', Number.POSITIVE_INFINITY),
  };
}

function formOf(task: HistoryCall['task'], format: string | null, output: string | null): HistoryCall['form'] {
  if (format === 'parquet' || (format === null && output?.endsWith('.parquet') === true)) {
    throw wrong(
      'Parquet is written by Python: python -m stream_viz history FILE export --format parquet (needs pyarrow). Here: --format arrow',
    );
  }
  const found = FORMS.find((form) => form === (format ?? output?.split('.').at(-1)));
  if (format !== null && found === undefined) throw wrong(`--format: expected ${FORMS.join(', ')}; got ${format}`);
  return found ?? (task === 'export' ? 'csv' : 'text');
}

const wrong = (words: string): StreamVizError => new StreamVizError('OPTION_INVALID', words);
