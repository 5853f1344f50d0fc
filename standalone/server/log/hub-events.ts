import type { SessionHub } from '../hub/session-hub.ts';
import type { Log } from './log.ts';

/**
 * Logs producers that come and go, and sessions whose data go (`producer.came`, `producer.left`, `session.removed`; level info).
 *
 * @returns Ends it; twice is harmless.
 */
export function logHub(hub: SessionHub, log: Log): () => void {
  if (!log.isOn('info')) return () => undefined;
  return hub.observe({
    changed: ({ session, name, connected, epochId: epoch, store, ended: orderly }) => {
      if (connected) log.write('info', 'producer.came', { session, name });
      else log.write('info', 'producer.left', { session, epoch, messages: store.messages.applied, orderly });
    },
    removed: (session) => log.write('info', 'session.removed', { session }),
  });
}
