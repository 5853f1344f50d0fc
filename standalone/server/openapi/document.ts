import { DASHBOARD_PART } from './paths/dashboard.ts';
import { HEALTH_PARTS } from './paths/health.ts';
import { INGEST_PART } from './paths/ingest.ts';
import { METRICS_PARTS } from './paths/metrics.ts';
import { OPENAPI_PART } from './paths/openapi.ts';
import { PLOT_PART } from './paths/plot.ts';
import { QUERY_PART } from './paths/query.ts';
import { STREAM_PART } from './paths/stream.ts';
import type { Schema } from './schema.ts';
import { SHARED_SCHEMAS } from './shared-schemas.ts';

const PARTS = [
  ...HEALTH_PARTS,
  ...METRICS_PARTS,
  ...[DASHBOARD_PART, QUERY_PART, PLOT_PART, STREAM_PART, INGEST_PART, OPENAPI_PART],
];

const DESCRIPTION = [
  'Everything the page shows, and sending samples, by plain HTTP.',
  'Errors have one shape, `{"error": {"code", "message", "details"}}`; another method than those listed is answered 405 `METHOD_WRONG`.',
  'Objects may get further fields with a later version; none changes its meaning.',
].join(' ');

/** How to be let in; a server without a token asks for none of them. */
const SECURITY: Schema = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token, or a key: `Authorization: Bearer TOKEN`' },
  query: { type: 'apiKey', in: 'query', name: 'token', description: 'The same in the address' },
  basic: { type: 'http', scheme: 'basic', description: 'Name and password, where the server has users' },
};

/**
 * The API as an OpenAPI 3.1 document.
 *
 * @param options.base Path under which a browser finds the server, without a slash at the end; empty: the root.
 */
export function openApiDocument({ version, base }: { readonly version: string; readonly base: string }): Schema {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://spec.openapis.org/oas/3.1/dialect/base',
    info: { title: 'StreamViz', version, description: DESCRIPTION },
    servers: [{ url: base === '' ? '/' : base }],
    security: Object.keys(SECURITY).map((name) => ({ [name]: [] })),
    paths: Object.fromEntries(PARTS.map(({ path, item }) => [path, item] as const)),
    components: {
      securitySchemes: SECURITY,
      schemas: Object.assign({}, SHARED_SCHEMAS, ...PARTS.map(({ schemas }) => schemas ?? {})) as Schema,
    },
  };
}
