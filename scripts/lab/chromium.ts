// Finds a Chromium to test with; as root on Debian it installs the distribution's package; else it says what to install.
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

function onPath(): string | undefined {
  for (const name of names) {
    const found = spawnSync(process.platform === 'win32' ? 'where' : 'which', [name], { encoding: 'utf8' });
    if (found.status === 0) return found.stdout.split('\n')[0]?.trim();
  }
  return places.find((place) => existsSync(place));
}

/** Path of a Chromium: `STREAMVIZ_CHROMIUM`, one on this machine, or Debian's package, installed now. Ends the process where there is none. */
export function findChromium(): string {
  const named = process.env.STREAMVIZ_CHROMIUM;
  if (named) return named;
  const found = onPath();
  if (found) return found;
  if (process.getuid?.() === 0 && spawnSync('which', ['apt-get']).status === 0) {
    console.log('set-up: no Chromium found; installing the package "chromium" ...');
    const quiet: SpawnSyncOptions = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-core'], quiet);
    const installed = onPath();
    if (installed) return installed;
  }
  console.error(
    'No Chromium was found. Install Chromium or Google Chrome (Debian, Ubuntu: apt install chromium), or set STREAMVIZ_CHROMIUM to its path.',
  );
  return process.exit(1);
}

export const chromiumFlags = ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'];
