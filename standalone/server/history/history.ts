import type { Worker } from 'node:worker_threads';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import type { Log } from '../log/log.ts';
import { HistoryWriter } from './history-writer.ts';
import { HubRecorder } from './hub-recorder.ts';
import type { CareAnswer, PastEnd, StoredSession, WriteAnswer } from './messages.ts';
import { HistoryReader } from './reader.ts';
import { restoreInto } from './restoring.ts';
import { startWorker, type WorkerTask } from './workers.ts';

/** How a server's history on disk is. */
export interface HistoryStatus {
  /** `on`: everything is written. `failing`: nothing can be, it is tried again. `off`: nothing is, until the server is started anew. */
  readonly state: 'on' | 'failing' | 'off';
  readonly path: string;
  /** Why it is not `on`. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  /** What the file holds; free pages are not counted. */
  readonly fileBytes: number;
  /** What is on its way to the disk. */
  readonly waitingBytes: number;
  /** On disk since the server began. */
  readonly keptMessages: number;
  readonly keptBytes: number;
  /** Left out because too much was on its way. */
  readonly droppedMessages: number;
  readonly droppedSamples: number;
  /** Sessions found at the start, and what of them could not be read. */
  readonly restoredSessions: number;
  readonly damagedMessages: number;
}

/** So long after the start, when everybody comes back at once, the file is not taken care of; nor after that has failed. */
const CARE_AFTER_MS = 5000;

export interface HistoryOptions {
  /** Of the file. */
  readonly path: string;
  /** Bytes the file may have; Infinity: any. */
  readonly mostBytes: number;
  readonly hub: SessionHub;
  readonly environment: HubEnvironment;
  readonly log: Log;
}

/**
 * What a server's sessions say, on disk.
 *
 * 1. `open` puts the sessions of the earlier life into the hub, as if it had not stopped; nobody is connected to them.
 * 2. From then on a message is acknowledged once it is on disk, at most some 50 ms after it came. What was acknowledged is there
 *    after a `kill -9`; of the rest at most a second is lost here, and its producer sends it again.
 * 3. A file that cannot be used is left as it is, and the server goes on in memory: `status` and the log say so. So it does while
 *    a disk is full, until there is room again; then acknowledged means applied.
 */
export class History {
  /** Reads the past. */
  readonly reader: HistoryReader;
  readonly #path: string;
  readonly #hub: SessionHub;
  readonly #environment: HubEnvironment;
  readonly #log: Log;
  readonly #task: WorkerTask;
  readonly #worker: Worker;
  readonly #writer: HistoryWriter;
  #recorder: HubRecorder | null = null;
  #care: Worker | null = null;
  #state: HistoryStatus['state'] = 'on';
  #problem: HistoryStatus['problem'] = null;
  #fileBytes = 0;
  #restored = 0;
  #damaged = 0;
  #onClosed = (): void => undefined;
  #closing: Promise<void> | null = null;

  /** Opens the file, restores what is in it, and observes the hub from then on. Never rejects: `status` says what happened. */
  static async open(options: HistoryOptions): Promise<History> {
    const history = new History(options);
    const began = performance.now();
    await history.#begin();
    const { state, restoredSessions: sessions, fileBytes } = history.status;
    const tookMs = Math.round(performance.now() - began);
    if (state === 'on')
      options.log.write('info', 'history.opened', { path: options.path, sessions, fileBytes, tookMs });
    return history;
  }

  private constructor({ path, mostBytes, hub, environment, log }: HistoryOptions) {
    this.#path = path;
    this.#hub = hub;
    this.#environment = environment;
    this.#log = log;
    this.#task = { history: 'write', path, limits: environment.limits, mostBytes };
    this.#worker = startWorker(this.#task);
    this.reader = new HistoryReader(() => startWorker({ ...this.#task, history: 'read' }));
    this.#writer = new HistoryWriter({
      post: (request, transfer) => this.#worker.postMessage(request, transfer as ArrayBuffer[]),
      schedule: environment.schedule,
      mostBytes: environment.limits.historyQueueBytes,
    });
  }

  get status(): HistoryStatus {
    const { waitingBytes, keptMessages, keptBytes, droppedMessages, droppedSamples } = this.#writer;
    return {
      state: this.#state,
      path: this.#path,
      problem: this.#problem,
      fileBytes: this.#fileBytes,
      ...{ waitingBytes, keptMessages, keptBytes, droppedMessages, droppedSamples },
      restoredSessions: this.#restored,
      damagedMessages: this.#damaged,
    };
  }

  /** Resolves once everything applied so far is on disk; at once where nothing can be written now. */
  async settled(): Promise<void> {
    if (this.#state === 'on') await this.#writer.settled();
  }

  /** Writes what is not written yet and closes the file. Twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#state !== 'off') {
        const closed = new Promise<void>((resolve) => {
          this.#onClosed = resolve;
        });
        this.#writer.flush();
        this.#worker.postMessage({ kind: 'close' });
        await closed;
      }
      this.#end();
      await Promise.all([this.#care?.terminate(), this.#worker.terminate(), this.reader.close()]);
    })();
    return this.#closing;
  }

  #begin(): Promise<void> {
    return new Promise<void>((resolve) => {
      const found: StoredSession[] = [];
      this.#worker.ref();
      this.#worker.on('message', (answer: WriteAnswer) => {
        if (answer.kind === 'stored') found.push(answer.session);
        else if (answer.kind === 'opened') {
          this.#fileBytes = answer.fileBytes;
          this.#restore(found, answer.ends);
          resolve();
        } else this.#heard(answer);
        if (this.#state === 'off') resolve();
      });
      const died = (words: string) => {
        if (this.#closing === null) this.#over('HISTORY_FAILED', `history ${this.#path}: ${words}`);
        this.#onClosed();
        resolve();
      };
      this.#worker.on('error', (error) => died(String(error)));
      this.#worker.on('exit', () => died('its worker has ended'));
    }).then(() => this.#worker.unref());
  }

  #heard(answer: Exclude<WriteAnswer, { kind: 'stored' | 'opened' }>): void {
    switch (answer.kind) {
      case 'kept':
        this.#fileBytes = answer.fileBytes;
        this.#writer.kept(answer.batches);
        if (this.#state === 'failing') this.#recovered();
        return;
      case 'failed':
        if (answer.isOver) this.#over(answer.code, answer.message);
        else this.#failing(answer.code, answer.message);
        return;
      case 'refused':
        this.#over(answer.code, answer.message);
        return;
      case 'unread':
        this.#damaged += 1;
        this.#log.write('error', 'history.unread', { message: answer.message });
        return;
      case 'closed':
        this.#onClosed();
    }
  }

  #failing(code: string, message: string): void {
    this.#state = 'failing';
    this.#problem = { code, message };
    this.#log.write('error', 'history.failing', { code, message });
    if (this.#recorder !== null) this.#recorder.waits = false;
    this.#writer.release();
  }

  #recovered(): void {
    const { droppedMessages, droppedSamples } = this.#writer;
    this.#state = 'on';
    this.#problem = null;
    this.#log.write('warn', 'history.recovered', { droppedMessages, droppedSamples });
    if (this.#recorder !== null) this.#recorder.waits = true;
  }

  /** The file cannot be used: nothing more is written. */
  #over(code: string, message: string): void {
    if (this.#state === 'off') return;
    this.#state = 'off';
    this.#problem = { code, message };
    this.#log.write('error', 'history.off', { code, message });
    this.#end();
  }

  #end(): void {
    this.#recorder?.stop();
    this.#writer.end();
  }

  #restore(found: readonly StoredSession[], ends: readonly PastEnd[]): void {
    try {
      for (const { session, endUs } of ends) this.#hub.noteEnd(session, endUs);
      const { sessions, damaged } = restoreInto(this.#hub, found, this.#environment);
      this.#restored = sessions;
      this.#damaged += damaged;
    } catch (error) {
      // A fault of the server's own: what is in the file is not to be written over.
      this.#log.write('error', 'history.restore', { error: error instanceof Error ? error : String(error) });
      this.#over('HISTORY_FAILED', `history ${this.#path}: its sessions cannot be restored`);
      return;
    }
    if (this.#damaged > 0) this.#log.write('error', 'history.damaged', { path: this.#path, messages: this.#damaged });
    this.#recorder = new HubRecorder(this.#hub, this.#writer);
    // Too old, or no room for them: their past stays in the file.
    for (const { session } of found)
      if (!this.#hub.sessions.has(session)) this.#writer.removed(session, this.#hub.endOf(session));
    this.#scheduleCare();
  }

  #careFailed({ work, code, message }: Extract<CareAnswer, { kind: 'failed' }>): void {
    this.#log.write('error', 'history.care', { work, code, message });
  }

  #scheduleCare(): void {
    if (this.#closing !== null) return;
    this.#environment.schedule(() => {
      if (this.#closing === null && this.#state !== 'off') this.#startCare();
    }, CARE_AFTER_MS);
  }

  #startCare(): void {
    const care = startWorker({ ...this.#task, history: 'care' });
    this.#care = care;
    care.on('message', (answer: CareAnswer) => {
      if (answer.kind === 'cared') {
        this.#fileBytes = answer.fileBytes;
        const { work, ms } = answer;
        this.#log.write('debug', 'history.cared', { work, tookMs: Math.round(ms) });
      } else this.#careFailed(answer);
    });
    care.on('error', (error) => this.#log.write('error', 'history.care', { error }));
    care.on('exit', () => {
      this.#care = null;
      this.#scheduleCare();
    });
  }
}
