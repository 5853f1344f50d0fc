import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** So long connections have to end by themselves once they were told goodbye. */
export const CLOSE_MS = 1500;
/** So often those without a request are looked for. */
const IDLE_MS = 20;

/** No further connection is taken. Resolves when the last one has ended. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

/**
 * Ends each connection once its request is answered, after {@link CLOSE_MS} those that have not ended by themselves.
 *
 * @param upgraded WebSockets, which the server no longer knows.
 * @param closed What {@link stopListening} gave.
 */
export async function endConnections(
  server: Server,
  upgraded: ReadonlySet<Duplex>,
  closed: Promise<void>,
): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
  const timer = setTimeout(() => {
    server.closeAllConnections();
    for (const stream of upgraded) stream.destroy();
  }, CLOSE_MS);
  await closed;
  clearTimeout(timer);
  clearInterval(idle);
}
