import { type Json, named, type Schema } from './schema.ts';

/** Codes of problems by status. */
export type ProblemCodes = Readonly<Record<number, readonly string[]>>;

/** What every path below `/api` may be answered, whoever asks. */
const EVERYWHERE: ProblemCodes = {
  400: ['PARAMETER_UNKNOWN', 'PARAMETER_REPEATED'],
  401: ['TOKEN_MISSING', 'TOKEN_WRONG', 'LOGIN_MISSING', 'LOGIN_WRONG', 'LOGIN_ENDED'],
  403: ['HOST_REFUSED', 'ORIGIN_REFUSED', 'ROLE_REFUSED'],
  429: ['TOKEN_FAILURES', 'LOGIN_FAILURES'],
  500: ['INTERNAL'],
  503: ['LOGIN_BUSY'],
};
/** What the history file holds cannot be read now. */
export const PAST_UNREADABLE: readonly string[] = [
  ...['HISTORY_FAILED', 'HISTORY_FULL', 'HISTORY_DAMAGED', 'HISTORY_PATH', 'HISTORY_READ_ONLY', 'HISTORY_LOCKED'],
  ...['HISTORY_NEWER', 'SEGMENT_ENCODING', 'SEGMENT_INVALID'],
];
/** What even a path without a token may be answered. */
const ANYBODY: ProblemCodes = { 403: ['HOST_REFUSED'], 500: ['INTERNAL'] };

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  401: 'Nothing, or something wrong, was shown to be let in',
  403: 'Not from there, or not with this role',
  404: 'There is no such thing; the nearest one is named',
  405: 'Not with this method',
  406: 'No such form',
  408: 'The request did not come in time',
  409: 'The same request is running',
  413: 'Too much',
  415: 'Not in this form',
  429: 'Too often',
  500: 'The server failed; its log says where',
  503: 'Not now',
};

/** Answers for problems: those of `codes`, and those that every path has. */
export function problems(codes: ProblemCodes = {}, common: ProblemCodes = EVERYWHERE): Record<string, Json> {
  const answers: Record<string, Json> = {};
  const statuses = [...new Set([...Object.keys(common), ...Object.keys(codes)])].map(Number).sort((a, b) => a - b);
  for (const status of statuses) {
    const all = [...(codes[status] ?? []), ...(common[status] ?? [])];
    const retry = { description: 'Seconds after which trying again may help', schema: { type: 'integer' } };
    const headers: Record<string, Json> = {
      ...(status === 429 || status === 503 ? { 'Retry-After': retry } : {}),
      ...(status === 401 ? { 'WWW-Authenticate': { schema: { type: 'string' } } } : {}),
    };
    answers[status] = {
      description: `${MEANINGS[status] ?? 'A problem'}: ${all.map((code) => `\`${code}\``).join(', ')}`,
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      content: { 'application/json': { schema: problemOf(all) } },
    };
  }
  return answers;
}

/** Problems of a path that asks for nothing. */
export const openProblems = (codes: ProblemCodes = {}): Record<string, Json> => problems(codes, ANYBODY);

function problemOf(codes: readonly string[]): Schema {
  const code = { type: 'object', properties: { code: { enum: codes } } };
  return { allOf: [named('Problem'), { type: 'object', properties: { error: code } }] };
}

/** An answer in one or more forms. */
export function answer(description: string, content: Readonly<Record<string, Schema>>): Json {
  const forms = Object.entries(content).map(([type, schema]) => [type, { schema }] as const);
  return { description, content: Object.fromEntries(forms) };
}

/** An answer as JSON. */
export const json = (description: string, schema: Schema): Json => answer(description, { 'application/json': schema });
