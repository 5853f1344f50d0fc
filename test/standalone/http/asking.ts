// A real server on loopback for one test file, and plain requests to it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ServerLog } from '../../../standalone/server/log/log.ts';
import { parseOptionsObject } from '../../../standalone/server/options.ts';
import { type RunningServer, startServer } from '../../../standalone/server/server.ts';

export const TOKEN = 'a-token-of-tests-0123456789';

/** A server that keeps samples of any age, with a page of three small files; it ends with the test. `lines` collects what it logs. */
export async function openServer(
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly server: RunningServer; readonly lines: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-page-'));
  writeFileSync(join(folder, 'viewer.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'viewer.mjs'), `export {}; // ${'x'.repeat(2000)}`);
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  const lines: string[] = [];
  const server = await startServer(
    parseOptionsObject({ port: 0, token: TOKEN, linger: '1h', retention: 'off', ...options }),
    {
      folder,
      version: '1.2.3',
      log: new ServerLog({ level: 'warn', format: 'text', put: (line) => void lines.push(line) }),
    },
  );
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { server, lines };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  readonly json: Record<string, unknown>;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** null: without one. Default: the right one, as a header. */
  readonly token?: string | null;
}

/** One request on a connection of its own; the path goes out as it is. */
export function ask({ port }: { readonly port: number }, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = asked.body === undefined ? 'GET' : 'POST', token = TOKEN } = asked;
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...asked.headers };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const text = bytes.toString('utf8');
        const isPlain = answer.headers['content-encoding'] === undefined;
        const isJson = isPlain && (answer.headers['content-type'] ?? '').startsWith('application/json');
        const json = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, bytes, json });
      });
    });
    sent.on('error', reject);
    sent.end(asked.body);
  });
}

export const codeOf = ({ json }: Answer): unknown => (json.error as { readonly code?: unknown } | undefined)?.code;

/** Sends rows as JSON and returns the answer. */
export function ingest(
  server: { readonly port: number },
  rows: unknown,
  path = '/api/ingest',
  headers = {},
): Promise<Answer> {
  return ask(server, path, { body: JSON.stringify(rows), headers: { 'content-type': 'application/json', ...headers } });
}

/** Writes bytes to a connection and returns everything that comes back until it ends. */
export function raw({ port }: { readonly port: number }, bytes: string, keepOpen = false): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes);
      if (!keepOpen) socket.end();
    });
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
