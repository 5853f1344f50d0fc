import { json, problems } from '../answers.ts';
import type { PathPart } from '../path-part.ts';

/** This document. */
export const OPENAPI_PART: PathPart = {
  path: '/api/openapi.json',
  item: {
    get: {
      operationId: 'openapi',
      summary: 'This description',
      responses: { 200: json('OpenAPI 3.1', { type: 'object' }), ...problems() },
    },
  },
};
