import { nearestName } from '../core/windows/nearest-name.ts';
import { type Streams, windows } from './windows.ts';
import { InputError, WrongCall } from './wrong-call.ts';

declare const __STREAMVIZ_VERSION__: string;

const HELP = `streamviz [command] [options]

  serve     the dashboard server; also without a command
  windows   windowed results of the samples in a file or on standard input

streamviz <command> --help says more; streamviz --version prints the version.
`;

const COMMANDS: Readonly<Record<string, (words: readonly string[], streams: Streams) => Promise<void>>> = { windows };

/** Runs one command line (without `node` and the script). Returns the exit code: 0 done, 1 input error, 2 wrong call. */
export async function run(words: readonly string[], streams: Streams): Promise<0 | 1 | 2> {
  const [name, ...rest] = words;
  try {
    if (name === '--version') streams.stdout.write(`${version()}\n`);
    else if (name === '--help' || name === '-h' || name === 'help') streams.stdout.write(HELP);
    else await command(name)(rest, streams);
    return 0;
  } catch (error) {
    if (error instanceof WrongCall) {
      streams.stderr.write(`streamviz: ${error.message}\n`);
      return 2;
    }
    if (error instanceof InputError) {
      streams.stderr.write(`streamviz: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function command(name: string | undefined) {
  const known = Object.keys(COMMANDS);
  if (name === undefined) throw new WrongCall(`no command; known: ${known.join(', ')}`);
  const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (found !== undefined) return found;
  throw new WrongCall(`unknown command ${name}; did you mean ${nearestName(name, known)}?`);
}

function version(): string {
  return typeof __STREAMVIZ_VERSION__ === 'string' ? __STREAMVIZ_VERSION__ : '0.0.0';
}
