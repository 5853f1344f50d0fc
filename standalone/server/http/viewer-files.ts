import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { StreamVizError } from '../../../src/core/errors.ts';

/** A file as it is served. */
export interface ServedFile {
  /** As gzip where `isPacked`: nearly every browser takes that, and one of both is enough to hold. */
  readonly bytes: Uint8Array;
  /** false where compressing does not help. */
  readonly isPacked: boolean;
  readonly type: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};
const PICTURES = ['.svg', '.png', '.ico', '.jpg', '.jpeg', '.webp'];
const MOST_PICTURE_BYTES = 2 ** 20;
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>StreamViz</title><p>The server runs, its page was not built.</p>\n';

/**
 * The files of the page. There is a fixed list of them, so no path leads anywhere else.
 *
 * A file is read at its first request and kept; one that was never built is null, the page itself a sentence that says so.
 */
export class ViewerFiles {
  readonly #paths: ReadonlyMap<string, string>;
  readonly #held = new Map<string, ServedFile | null>();

  /**
   * @param options.folder Where viewer.html, viewer.mjs and viewer.css lie.
   * @throws StreamVizError `OPTION_INVALID` where favicon or logo is no picture of at most 1 MB
   */
  constructor(options: { readonly folder: string; readonly favicon: string | null; readonly logo: string | null }) {
    const { folder, favicon, logo } = options;
    const paths = new Map([
      ['/', join(folder, 'viewer.html')],
      ['/viewer.mjs', join(folder, 'viewer.mjs')],
      ['/viewer.css', join(folder, 'viewer.css')],
    ]);
    if (favicon !== null) paths.set('/favicon', pictureAt('favicon', favicon));
    if (logo !== null) paths.set('/logo', pictureAt('logo', logo));
    this.#paths = paths;
  }

  /** The file of a path, null where there is none. */
  file(path: string): ServedFile | null {
    const held = this.#held.get(path);
    if (held !== undefined) return held;
    const source = this.#paths.get(path);
    if (source === undefined) return null;
    const file = this.#read(path, source);
    this.#held.set(path, file);
    return file;
  }

  #read(path: string, source: string): ServedFile | null {
    try {
      return served(readFileSync(source), TYPES[extname(source).toLowerCase()] ?? 'application/octet-stream');
    } catch {
      return path === '/' ? served(Buffer.from(PAGE), TYPES['.html']!) : null; // a checkout that was not built
    }
  }
}

function served(read: Buffer, type: string): ServedFile {
  const isPacked = read.length > 1024 && /^text|svg/.test(type);
  const etag = `"${createHash('sha256').update(read).digest('base64url').slice(0, 27)}"`;
  return { bytes: isPacked ? gzipSync(read) : read, isPacked, type, etag };
}

function pictureAt(option: string, path: string): string {
  const isPicture = PICTURES.includes(extname(path).toLowerCase());
  let bytes = Number.NaN;
  try {
    const info = statSync(path);
    if (info.isFile()) bytes = info.size;
  } catch {
    // Not there: said below, as for everything that is no picture.
  }
  if (isPicture && bytes <= MOST_PICTURE_BYTES) return path;
  throw new StreamVizError(
    'OPTION_INVALID',
    `${option}: expected a file of at most 1 MB (${PICTURES.join(' ')}); got ${path}`,
    {
      details: { option, given: path },
    },
  );
}
