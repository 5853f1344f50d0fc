import type { Json, Schema } from './schema.ts';

/** A parameter of the query. */
export function query(
  name: string,
  description: string,
  options: { readonly schema?: Schema; readonly required?: true; readonly example?: string } = {},
): Json {
  const { schema = { type: 'string' }, required, example } = options;
  return {
    ...{ name, in: 'query', description, schema },
    ...(required === undefined ? {} : { required }),
    ...(example === undefined ? {} : { example }),
  };
}

/** A part of the path. */
export const inPath = (name: string, description: string): Json => ({
  ...{ name, in: 'path', required: true, description, schema: { type: 'string' } },
});

const TIME = 'seconds since 1970, ISO 8601, `now`, or a time ago such as `-15m`; on a step axis a whole step';

/** Beginning and end of a range. */
export const RANGE: readonly Json[] = [
  query('start', `First time: ${TIME}. Default: the oldest that is held`, { example: '-15m' }),
  query('end', `Time after the last: ${TIME}. Default: so that the newest is in it`, { example: 'now' }),
];

export const REFRESH: Json = query(
  'refresh',
  'How long the answer may be kept: a duration, or seconds. Default: not at all',
  {
    example: '30s',
  },
);

export const SECTION: Json = inPath('section', 'Name of a session, or its place in order of arrival, from 0');
