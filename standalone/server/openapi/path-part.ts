import type { Json, Schema } from './schema.ts';

/** One path of the document, with the schemas that it alone has. */
export interface PathPart {
  readonly path: string;
  /** Operations by method. */
  readonly item: Readonly<Record<string, Json>>;
  /** By name, for the document's components. */
  readonly schemas?: Readonly<Record<string, Schema>>;
}
