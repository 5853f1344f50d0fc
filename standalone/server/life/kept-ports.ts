import { join } from 'node:path';
import { readOwnFile, writeOwnFile } from './state-folder.ts';

/** Scripts remembered; with more the one that ran longest ago goes. */
const MOST_SCRIPTS = 200;

/** Which port each script had last, so that its next run is found where its open tabs look for it. */
export class KeptPorts {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'ports.json');
  }

  /** The port a script had last; null where none is known. A broken file is an empty one. */
  portOf(script: string): number | null {
    const port = new Map(this.#read()).get(script);
    return port ?? null;
  }

  /** Remembers a port. Of two at once the later one's entry may be the only new one. */
  keep(script: string, port: number): void {
    const others = this.#read().filter(([name]) => name !== script);
    const kept = [...others, [script, port] as const].slice(-MOST_SCRIPTS);
    writeOwnFile(
      this.#path,
      `${JSON.stringify(Object.fromEntries(kept.map(([name, value]) => [`:${name}`, value])))}\n`,
    );
  }

  #read(): readonly (readonly [string, number])[] {
    try {
      const input: unknown = JSON.parse(readOwnFile(this.#path) ?? '{}');
      return Object.entries(input ?? {}).flatMap(([name, port]) =>
        // A leading colon keeps names that are numbers in their order.
        name.startsWith(':') && Number.isInteger(port) && port > 0 && port <= 65_535
          ? [[name.slice(1), port as number] as const]
          : [],
      );
    } catch {
      return []; // half a file of a full disk: ports are a comfort
    }
  }
}
