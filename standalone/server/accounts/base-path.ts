import type { IncomingMessage } from 'node:http';
import { wrongValue } from '../option-values.ts';

const PATH = /^(?:\/[\w.~-]+)+$/;

/** A path before every path of the server, such as `/dash`; empty for none. @throws StreamVizError `OPTION_INVALID` */
export function basePathValue(option: string, given: unknown): string {
  const path = typeof given === 'string' ? given.replace(/\/+$/, '') : null;
  if (path !== null && (path === '' || (PATH.test(path) && path.length <= 200 && !/\/\.{1,2}(\/|$)/.test(path))))
    return path;
  throw wrongValue(option, 'a path such as /dash', given);
}

/**
 * Takes the base path off a request's address, for proxies that hand it on; what comes without it, from a proxy that took it off
 * or a program on this machine, stays.
 *
 * @returns The path that the request was for where it lacks the slash at its end: pages' own links would lead astray.
 */
export function takeBasePath(incoming: IncomingMessage, basePath: string): string | null {
  const { url = '/' } = incoming;
  if (basePath === '' || !url.startsWith(basePath)) return null;
  const rest = url.slice(basePath.length);
  if (rest.startsWith('/')) incoming.url = rest;
  else if (rest === '' || rest.startsWith('?')) return `${basePath.slice(basePath.lastIndexOf('/') + 1)}/${rest}`;
  return null;
}
