/** What one line of input says. `kind` is `blank` for an empty line and `bad` for one that says nothing known. */
export interface Row {
  kind: 'sample' | 'watermark' | 'blank' | 'bad';
  key: string;
  /** Whole us: of the sample or of the stated watermark. */
  timeUs: number;
  /** NaN: missing. */
  value: number;
  /** Why a line is bad; empty otherwise. */
  problem: string;
}

export const createRow = (): Row => ({ kind: 'blank', key: '', timeUs: 0, value: 0, problem: '' });

const NOT_JSON_NUMBER = /"value"\s*:\s*(NaN|-?Infinity)\b/;

/**
 * Reads one line of NDJSON into `row`; never throws, and allocates what `JSON.parse` does.
 *
 * - `{"key", "time", "value"}`: time in ms, a fraction allowed, rounded half up to whole us; `value` null is missing.
 *   `key` may be a text, a number or a boolean (then its text); without it the key is "".
 * - `{"watermark": t}`, t in ms: nothing before t is expected any more.
 * - `NaN` and `Infinity` as JSON writers of other languages put them: NaN is missing, an infinity is infinite.
 */
export function readRow(line: string, row: Row): void {
  row.problem = '';
  if (line.length === 0 || line.trim() === '') {
    row.kind = 'blank';
    return;
  }
  row.problem = readLine(line, row);
  if (row.problem !== '') row.kind = 'bad';
}

/** Returns what is wrong with the line, '' where nothing is. */
function readLine(line: string, row: Row): string {
  let input: unknown;
  try {
    input = JSON.parse(line);
  } catch {
    // Not JSON: once more without the one thing that other writers are known to add.
    return readLoose(line, row);
  }
  return readObject(input, row, Number.NaN);
}

function readLoose(line: string, row: Row): string {
  const found = NOT_JSON_NUMBER.exec(line);
  if (found === null) return 'not JSON';
  try {
    return readObject(JSON.parse(line.replace(NOT_JSON_NUMBER, '"value":null')), row, Number(found[1]));
  } catch {
    return 'not JSON';
  }
}

/** @param nullValue The value that null stands for. */
function readObject(input: unknown, row: Row, nullValue: number): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'not an object';
  const { key, value, time, watermark } = input as { readonly [name: string]: unknown };
  if (watermark !== undefined && time === undefined) return readTime(watermark, 'watermark', row);
  if (typeof key === 'string') row.key = key;
  else if (key === undefined || key === null) row.key = '';
  else if (typeof key === 'number' || typeof key === 'boolean') row.key = String(key);
  else return 'key is not a text';
  if (value === undefined) return 'no value (null says missing)';
  if (value !== null && typeof value !== 'number') return 'value is not a number';
  row.value = value ?? nullValue;
  return readTime(time, 'time', row);
}

function readTime(time: unknown, name: 'time' | 'watermark', row: Row): string {
  if (typeof time !== 'number') return time === undefined ? 'no time' : `${name} is not a number of ms`;
  const us = Math.floor(time * 1000 + 0.5);
  if (!Number.isSafeInteger(us)) return `${name} is out of range`;
  row.timeUs = us;
  row.kind = name === 'time' ? 'sample' : 'watermark';
  return '';
}
