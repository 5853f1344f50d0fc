// A hub whose messages are written to a real history file by the server's own classes, without a worker between them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { Checkpointer } from '../../../standalone/server/history/checkpointer.ts';
import { openHistory } from '../../../standalone/server/history/history-file.ts';
import { HistoryWriter } from '../../../standalone/server/history/history-writer.ts';
import { HubRecorder } from '../../../standalone/server/history/hub-recorder.ts';
import { LogWriter } from '../../../standalone/server/history/log-writer.ts';
import type { StoredSession } from '../../../standalone/server/history/messages.ts';
import { restoreInto } from '../../../standalone/server/history/restoring.ts';
import { pastEnds, storedSessions } from '../../../standalone/server/history/stored-sessions.ts';
import type { HubEnvironment } from '../../../standalone/server/hub/hub-environment.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import type { ServerLimits } from '../../../standalone/server/limits.ts';
import { FakeClock } from '../hub/fake-clock.ts';

/** Path of a file that is not there yet, in a folder that goes with the test. */
export function freshPath(name = 'history.db'): string {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** Everything stored, without what could not be read. */
export const storedIn = (db: DatabaseSync): readonly StoredSession[] => [...storedSessions(db, () => undefined)];

/** One life of a server on a file. */
export class FileStage {
  readonly clock: FakeClock;
  readonly environment: HubEnvironment;
  readonly hub: SessionHub;
  readonly db: DatabaseSync;
  readonly checkpointer: Checkpointer;
  readonly writer: HistoryWriter;
  readonly restored: { readonly sessions: number; readonly damaged: number };

  constructor(path: string, clock = new FakeClock(), limits: Partial<ServerLimits> = {}) {
    this.clock = clock;
    this.environment = clock.environment({ newSeriesPerSecond: Number.POSITIVE_INFINITY, ...limits });
    this.db = openHistory(path, 'write');
    this.hub = new SessionHub(this.environment);
    for (const { session, endUs } of pastEnds(this.db)) this.hub.noteEnd(session, endUs);
    this.restored = restoreInto(this.hub, storedIn(this.db), this.environment);
    const log = new LogWriter(this.db);
    this.writer = new HistoryWriter({
      schedule: this.environment.schedule,
      mostBytes: this.environment.limits.historyQueueBytes,
      post: (request) => {
        if (request.kind === 'batch') log.write([request]);
        queueMicrotask(() => this.writer.kept(1));
      },
    });
    new HubRecorder(this.hub, this.writer);
    this.checkpointer = new Checkpointer(this.db, this.environment);
  }

  /** As a kill does: what was gathered and not handed over is lost. */
  kill(): void {
    this.writer.end();
    this.hub.close();
    this.db.close();
  }
}
