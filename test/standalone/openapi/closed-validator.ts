// Real answers against the schemas of the document, with every object closed: a field that is not described is found.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, Schema } from '../../../standalone/server/openapi/schema.ts';
import type { Answer } from '../http/asking.ts';

type Fields = { readonly [name: string]: Json };

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema with `additionalProperties: false` at each object that lists its properties, but for parts of `allOf`. */
function closed(value: Json, isPart = false): Json {
  if (Array.isArray(value)) return value.map((one: Json) => closed(one, isPart));
  if (!isFields(value)) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, closed(one, isPart || name === 'allOf')] as const);
  const isOpen = !isPart && value.properties !== undefined && value.additionalProperties === undefined;
  return Object.fromEntries(isOpen ? [...entries, ['additionalProperties', false] as const] : entries);
}

export class ClosedValidator {
  readonly #document: Fields;
  readonly #ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, strictRequired: false });
  readonly #compiled = new Map<string, ValidateFunction>();
  /** `GET /api/query 404 METRIC_UNKNOWN` of all that was checked; `row` in place of the status for a row. */
  readonly seen = new Set<string>();

  constructor(document: Schema) {
    this.#document = document;
    // Words of OpenAPI that say nothing about what is valid.
    this.#ajv.addVocabulary(['discriminator', 'example', 'components']);
    const components = closed(document.components ?? {});
    this.#ajv.addSchema({ $id: 'doc:', components });
  }

  /** Status, type and body are as documented for this operation. @throws Error that says what is not */
  check(method: string, path: string, answer: Answer): void {
    const { status, headers, text } = answer;
    const where = `${method} ${path} ${status}`;
    const operation = fieldsAt(this.#document, ['paths', path, method.toLowerCase()]);
    const described = fieldsAt(operation, ['responses', String(status)]);
    if (described === null) throw new Error(`${where} is not documented: ${text.slice(0, 300)}`);
    const type = (headers['content-type'] ?? '').split(';')[0]!;
    const content = fieldsAt(described, ['content', type]);
    if (content === null) throw new Error(`${where} as ${type} is not documented`);
    for (const name of Object.keys(fieldsAt(described, ['headers']) ?? {})) {
      const isAlways = name !== 'Retry-After';
      if (isAlways && headers[name.toLowerCase()] === undefined) throw new Error(`${where} has no ${name}`);
    }
    const code = (answer.json.error as { readonly code?: string } | undefined)?.code;
    this.seen.add(code === undefined ? where : `${where} ${code}`);
    const rows = (answer.json.refused ?? []) as readonly { readonly code: string }[];
    for (const row of rows) this.seen.add(`${method} ${path} row ${row.code}`);
    if (type !== 'application/json' || !isFields(content.schema)) return;
    const key = `${method} ${path} ${status}`;
    let validate = this.#compiled.get(key);
    if (validate === undefined) {
      const schema = JSON.parse(JSON.stringify(closed(content.schema)).replaceAll('"#/', '"doc:#/')) as Fields;
      validate = this.#ajv.compile(schema);
      this.#compiled.set(key, validate);
    }
    if (!validate(answer.json === undefined ? null : JSON.parse(text)))
      throw new Error(`${where}: ${JSON.stringify(validate.errors?.slice(0, 3))} in ${text.slice(0, 500)}`);
  }
}

function fieldsAt(from: Json | null, path: readonly string[]): Fields | null {
  let at: Json | undefined = from ?? undefined;
  for (const name of path) at = isFields(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  return isFields(at) ? at : null;
}
