/** A JSON Schema (2020-12, as OpenAPI 3.1 has it), or any other part of the document. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Schema = { readonly [name: string]: Json };

const described = (schema: Schema, description: string | undefined): Schema =>
  description === undefined ? schema : { ...schema, description };

export const text = (description?: string): Schema => described({ type: 'string' }, description);
export const number = (description?: string): Schema => described({ type: 'number' }, description);
export const flag = (description?: string): Schema => described({ type: 'boolean' }, description);
/** A whole number from 0 up. */
export const count = (description?: string): Schema => described({ type: 'integer', minimum: 0 }, description);
export const list = (items: Schema, description?: string): Schema => described({ type: 'array', items }, description);
export const oneOfTexts = (values: readonly string[], description?: string): Schema =>
  described({ type: 'string', enum: values }, description);
export const oneOf = (...schemas: readonly Schema[]): Schema => ({ oneOf: schemas });
/** Texts by any name. */
export const texts = (description?: string): Schema =>
  described({ type: 'object', additionalProperties: { type: 'string' } }, description);
/** Anything that JSON can say. */
export const anything = (description: string): Schema => ({ description });
/** A schema of the document's components. */
export const named = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** The same, or null. */
export function orNull(schema: Schema): Schema {
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { oneOf: [schema, { type: 'null' }] };
}

/**
 * An object with these fields; all but those in `optional` are always there.
 *
 * Further ones may come with a later version, so a reader passes over what it does not know.
 */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}
