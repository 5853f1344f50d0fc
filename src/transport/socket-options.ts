import type { Refusal, SocketState } from './socket-state.ts';
import type { OpenSocket } from './web-socket.ts';

/** From where a session goes on: what was applied last. */
export interface ResumePosition {
  readonly epoch: string;
  readonly seq: number;
  /** Revision of the document held, where nothing that is held is in doubt: then what is held need not be sent again. */
  readonly document?: number;
}

export type ResumeMap = Readonly<Record<string, ResumePosition>>;

/** How fine a viewer wants what comes. `rangeUs` null: everything held. */
export interface ViewerDetail {
  readonly width: number;
  readonly rangeUs: number | null;
}

export interface DetailQuery {
  readonly session: string;
  /** Keys of the series. */
  readonly series: readonly string[];
  readonly startUs: number;
  readonly endUs: number;
  readonly columns: number;
  /** All of it is held as of this message: what changed since is wanted. Absent: everything is. */
  readonly since?: number;
}

/** A decoded frame. */
export interface FrameMessage {
  readonly header: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

export interface SocketTransportOptions {
  readonly url: string;
  /** Gets every `batch` and `snapshot`, in order, in a later task. */
  readonly onMessage: (header: Readonly<Record<string, unknown>>, buffers: readonly Uint8Array[]) => void;
  /** Gets every text message but answers to pings and queries, in order with the frames. */
  readonly onControl: (message: Readonly<Record<string, unknown>>) => void;
  readonly onState: (state: SocketState) => void;
  /** What was applied so far; asked at each connection, after all that came has been given on. */
  readonly resume: () => ResumeMap;
  readonly detail: () => ViewerDetail;
  /** Asked after a connection that never opened: why (a browser does not say). Default: nobody knows. */
  readonly explain?: () => Promise<Refusal | null>;
  readonly open?: OpenSocket;
  /** A clock in ms that never runs backwards. Default: performance.now. */
  readonly nowMs?: () => number;
  /** Calls `run` once after `ms`; the returned function cancels it. Default: setTimeout. */
  readonly schedule?: (run: () => void, ms: number) => () => void;
  readonly later?: (task: () => void) => void;
  /** Numbers in [0, 1). Default: Math.random. */
  readonly random?: () => number;
}
