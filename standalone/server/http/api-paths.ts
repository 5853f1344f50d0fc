import { nearestName } from '../../../src/core/windows/nearest-name.ts';
import { HttpProblem } from './http-problem.ts';

/** Every path of the API, as they are documented. */
export const API_PATHS = [
  '/api/metrics',
  '/api/dashboard/:section',
  '/api/query',
  '/api/plot/:section/:id',
  '/api/stream',
  '/api/health',
  '/api/health/live',
  '/api/health/ready',
  '/api/ingest',
  '/api/openapi.json',
  '/metrics',
];

/**
 * Which documented path a path is, so that what is counted by it stays bounded: `page` for what is not of the API, `other` for
 * what there is not.
 */
export function routeOf(path: string): string {
  if (API_PATHS.includes(path)) return path;
  if (path.startsWith('/api/dashboard/')) return '/api/dashboard/:section';
  if (path.startsWith('/api/plot/')) return '/api/plot/:section/:id';
  return path.startsWith('/api/') ? 'other' : 'page';
}

/** Tells that there is nothing at `path`, and what is near to it. */
export function pathUnknown(path: string): HttpProblem {
  const nearest = nearestName(path, API_PATHS);
  const message = `there is nothing at ${path.slice(0, 200)}; did you mean ${nearest}?`;
  return new HttpProblem(404, 'PATH_UNKNOWN', message, { details: { nearest } });
}
