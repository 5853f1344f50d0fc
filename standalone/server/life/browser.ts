import { spawn } from 'node:child_process';

const NEVER = /^(0|no|off|false)$/i;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a browser is to be opened: as asked for, else where a person sits at a desktop terminal.
 *
 * `STREAM_VIZ_OPEN=0` is never, whatever was asked for; over SSH and without a display nobody would see it.
 */
export function opensBrowser(asked: boolean | null, isTerminal: boolean, environment: Environment): boolean {
  if (NEVER.test(environment.STREAM_VIZ_OPEN ?? '') || asked === false) return false;
  if (asked === true) return true;
  if (!isTerminal || environment.SSH_CONNECTION || environment.CI) return false;
  if (process.platform === 'linux') return Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
  return true;
}

/** Opens a link in the user's browser; where there is none, nothing happens: the link was printed. */
export function openBrowser(link: string): void {
  const [command, words] =
    process.platform === 'darwin'
      ? ['open', [link]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', link]]
        : ['xdg-open', [link]];
  const child = spawn(command as string, words as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // said above
  child.unref();
}
