import { isStreamVizError, type StreamVizError } from '../../src/core/errors.ts';
import { type Announced, linkOf, readyLine, readyText } from './life/announcement.ts';
import { openBrowser, opensBrowser } from './life/browser.ts';
import { EndSignals } from './life/end-signals.ts';
import { launch } from './life/launch.ts';
import { starterLine } from './life/starter-line.ts';
import { differingOptions, statedOptions } from './life/stated-options.ts';
import { type Log, ServerLog } from './log/log.ts';
import { optionsHelp } from './option-definitions.ts';
import { parseArguments, parseOptionsObject, resolveOptions, type ServerOptions } from './options.ts';

/** A program that starts the server without a word must say its options within this time. */
const STARTER_MS = 2000;
/** After a signal everything has ended by then, one way or the other. */
const MOST_CLOSE_MS = 4800;

const HELP = `streamviz [serve] [options]: the dashboard server

${optionsHelp()}

Without options a program may write them as one line of JSON to standard input; it reads one line of JSON back.
`;

/**
 * Runs the server's command line on this process: options, start, one line that says where, then until it ends.
 *
 * @param words Without `node` and the script.
 * @returns Exit code: 0 ended or joined another server, 1 could not start or could not end in order, 2 wrong options.
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
  // From the first moment on: as process 1 of a container a signal without a listener would do nothing.
  const signals = new EndSignals({ endsOnHangup: process.stdin.isTTY === true });
  let isCall = true;
  try {
    const options = await optionsOf(rest);
    isCall = false;
    return await run(options, version, signals);
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

async function run(options: ServerOptions, version: string, signals: EndSignals): Promise<0 | 1> {
  const isTerminal = process.stdout.isTTY === true;
  const log = new ServerLog({ level: options.logLevel, format: options.logFormat });
  const launched = await launch(options, { version, log }, process.env);
  const joined = launched.kind === 'joined';
  const { url, host, port, token } = joined ? launched.entry : launched.server;
  const announced: Announced = {
    ...{ url, host, port, token, pid: joined ? launched.entry.pid : process.pid, joined },
    hasUsers: joined ? launched.entry.hasUsers : launched.server.users.length > 0,
    made: joined ? { passwords: {}, keys: {} } : launched.server.made,
    differing: joined
      ? differingOptions(statedOptions(options), statedOptions(resolveOptions({})), launched.entry.options)
      : [],
    historyProblem: joined ? null : (launched.server.history?.status.problem?.message ?? null),
  };
  process.stdout.write(`${isTerminal ? readyText(announced, process.env) : readyLine(announced)}\n`);
  if (opensBrowser(options.open, isTerminal, process.env)) openBrowser(linkOf(url, token, announced.hasUsers));
  if (launched.kind === 'joined') return 0;
  survive(log);
  log.write('info', 'server.started', { url, version, pid: process.pid, node: process.version });
  signals.ends(() => {
    setTimeout(() => {
      log.write('error', 'server.stuck', { mostMs: MOST_CLOSE_MS });
      process.exit(1);
    }, MOST_CLOSE_MS).unref();
    void launched.server.close();
  }, log);
  const reason = await launched.server.ended;
  launched.release();
  const isClean = await launched.server.close();
  log.write('info', 'server.ended', { reason, clean: isClean });
  return isClean ? 0 : 1;
}

/** Errors that nobody caught are logged, one line each; the other clients are not concerned. */
function survive(log: Log): void {
  const noted = (event: string) => (error: unknown) =>
    log.write('error', event, { error: error instanceof Error ? error : String(error) });
  process.on('uncaughtException', noted('fault.uncaught'));
  process.on('unhandledRejection', noted('fault.unhandled'));
}

function tellProblem({ code, message }: StreamVizError): void {
  process.stderr.write(`streamviz: ${message}\n`);
  if (!process.stdout.isTTY) process.stdout.write(`${JSON.stringify({ ready: false, code, message })}\n`);
}
