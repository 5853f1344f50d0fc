import { isStreamVizError, type StreamVizError } from '../../src/core/errors.ts';
import { type Announced, linkOf, readyLine, readyText } from './life/announcement.ts';
import { openBrowser, opensBrowser } from './life/browser.ts';
import { launch } from './life/launch.ts';
import { starterLine } from './life/starter-line.ts';
import { optionsHelp } from './option-definitions.ts';
import { parseArguments, parseOptionsObject, resolveOptions, type ServerOptions } from './options.ts';
import type { RunningServer } from './server.ts';

/** A program that starts the server without a word must say its options within this time. */
const STARTER_MS = 2000;
/** After a signal everything has ended by then, one way or the other. */
const MOST_CLOSE_MS = 5000;

const HELP = `streamviz [serve] [options]: the dashboard server

${optionsHelp()}

Without options a program may write them as one line of JSON to standard input; it reads one line of JSON back.
`;

/**
 * Runs the server's command line on this process: options, start, one line that says where, then until it ends.
 *
 * @param words Without `node` and the script.
 * @returns Exit code: 0 ended or joined another server, 1 could not start, 2 wrong options.
 */
export async function serve(words: readonly string[], version: string): Promise<0 | 1 | 2> {
  const rest = words[0] === 'serve' ? words.slice(1) : words;
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  if (rest.includes('--version')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  // A starter that is gone reads nothing any more: that is no reason to end.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  let isCall = true;
  try {
    const options = await optionsOf(rest);
    isCall = false;
    return await run(options, version);
  } catch (error) {
    if (!isStreamVizError(error)) throw error;
    tellProblem(error);
    return isCall || error.code === 'OPTION_INVALID' ? 2 : 1;
  }
}

async function optionsOf(words: readonly string[]): Promise<ServerOptions> {
  if (words.length > 0) return parseArguments(words);
  const { stdin } = process;
  const given = stdin.isTTY ? null : await starterLine(stdin, STARTER_MS);
  return given === null ? resolveOptions({}, (name) => `--${name}`) : parseOptionsObject(given);
}

async function run(options: ServerOptions, version: string): Promise<0> {
  const isTerminal = process.stdout.isTTY === true;
  const launched = await launch(options, { version }, process.env);
  const { url, host, port, token } = launched.kind === 'joined' ? launched.entry : launched.server;
  const joined = launched.kind === 'joined';
  const announced: Announced = { url, host, port, token, pid: joined ? launched.entry.pid : process.pid, joined };
  process.stdout.write(`${isTerminal ? readyText(announced, process.env) : readyLine(announced)}\n`);
  if (opensBrowser(options.open, isTerminal, process.env)) openBrowser(linkOf(url, token));
  if (launched.kind === 'joined') return 0;
  survive();
  endBySignal(launched.server);
  await launched.server.ended;
  launched.release();
  await launched.server.close();
  return 0;
}

/** Errors that nobody caught are logged, one line each; the other clients are not concerned. */
function survive(): void {
  const log = (code: string) => (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`streamviz: ${code} ${text.replaceAll(/\s*\n\s*/g, ' | ')}\n`);
  };
  process.on('uncaughtException', log('UNCAUGHT'));
  process.on('unhandledRejection', log('UNHANDLED'));
}

function endBySignal(server: RunningServer): void {
  const end = () => {
    setTimeout(() => process.exit(0), MOST_CLOSE_MS).unref();
    void server.close();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // A terminal that was closed takes the server along only where a person started it there.
  process.on('SIGHUP', () => {
    if (process.stdin.isTTY) end();
  });
}

function tellProblem({ code, message }: StreamVizError): void {
  process.stderr.write(`streamviz: ${message}\n`);
  if (!process.stdout.isTTY) process.stdout.write(`${JSON.stringify({ ready: false, code, message })}\n`);
}
