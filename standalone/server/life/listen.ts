import type { Server } from 'node:net';
import { StreamVizError } from '../../../src/core/errors.ts';

export const DEFAULT_PORT = 8600;
/** Ports tried after the default one before any free one is taken. */
const NEXT_PORTS = 100;

/** Ports to try in turn: the one asked for alone; else the previous one, the default and those after it, any. */
export function portsToTry(options: {
  readonly port: number | null;
  readonly previous: number | null;
}): readonly number[] {
  if (options.port !== null) return [options.port];
  const next = Array.from({ length: NEXT_PORTS }, (_, i) => DEFAULT_PORT + i);
  return [
    ...(options.previous === null ? [] : [options.previous]),
    ...next.filter((port) => port !== options.previous),
    0,
  ];
}

/**
 * Listens on the first of `ports` that is free, and returns it.
 *
 * @throws StreamVizError `PORT_TAKEN` where none is, `ADDRESS_INVALID` where the address is not this machine's
 */
export async function listenOn(server: Server, host: string, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const problem = await listen(server, host, port);
    if (problem === null) return (server.address() as { readonly port: number }).port;
    if (problem.code === 'EADDRNOTAVAIL' || problem.code === 'ENOTFOUND' || problem.code === 'EAI_AGAIN') {
      throw new StreamVizError('ADDRESS_INVALID', `host: ${host} is no address of this machine`, { cause: problem });
    }
    if (problem.code !== 'EADDRINUSE' && problem.code !== 'EACCES') throw problem;
  }
  const message = `port ${ports[0]} on ${host} is taken or not allowed; another one, or none for the next free one, works`;
  throw new StreamVizError('PORT_TAKEN', message, { details: { host, port: ports[0] } });
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const done = (problem: NodeJS.ErrnoException | null) => {
      server.off('error', done);
      server.off('listening', listening);
      resolve(problem);
    };
    const listening = () => done(null);
    server.once('error', done);
    server.once('listening', listening);
    server.listen({ host, port, exclusive: true });
  });
}
