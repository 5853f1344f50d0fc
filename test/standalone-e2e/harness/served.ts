/** The bundled server as tests of its running see it: where it is, what it answers, how it ends. */
import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import type { Started } from '../../standalone/life/server-process.ts';
import { type ParsedFamily, parseMetrics } from '../../standalone/metrics/strict-parser.ts';

export interface Address {
  readonly url: string;
  readonly token: string;
  readonly port: number;
  readonly pid: number;
}

export const addressOf = ({ said }: Started): Address => said as unknown as Address;

/** Text of a path. */
export async function textOf({ url, token }: Address, path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { status: answer.status, text: await answer.text() };
}

export async function scraped(server: Address): Promise<ReadonlyMap<string, ParsedFamily>> {
  const { text } = await textOf(server, '/metrics', { accept: 'application/openmetrics-text; version=1.0.0' });
  expect(text).not.toContain(server.token);
  return parseMetrics(text, 'openmetrics');
}

/** Value of the sample with these labels; NaN where there is none. */
export function numberOf(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = families.get(name)?.samples ?? [];
  const isMeant = (own: Readonly<Record<string, string>>) =>
    Object.entries(labels).every(([label, value]) => own[label] === value);
  return samples.find((sample) => isMeant(sample.labels))?.value ?? Number.NaN;
}

/** How a process ended, and how long after `begin`. */
export async function endOf(started: Started, begin: () => void) {
  const began = performance.now();
  begin();
  const code = await started.ended;
  return { code, signal: started.child.signalCode, tookMs: performance.now() - began };
}

/** What a command writes to its standard output. */
export function output(command: string, words: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (piece: Buffer) => {
      text += piece;
    });
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}`))));
    child.stdin.end(input);
  });
}
