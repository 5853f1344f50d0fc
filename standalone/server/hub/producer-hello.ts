/** One life of a stream: 32 hex digits and the producer's clock at its start, us. */
export interface EpochMark {
  readonly id: string;
  readonly startedUs: number;
}

/** What a producer says first. */
export interface ProducerHello {
  /** The name it would like. */
  readonly session: string;
  readonly epoch: EpochMark;
  /** Number of the newest message it has built; 0: none. */
  readonly seq: number;
  /** Number of its oldest message that is not acknowledged, `seq + 1` where there is none. */
  readonly from: number;
  /** What people call it; shown, never a key. */
  readonly name: string;
  readonly pid: number | null;
  readonly host: string | null;
  readonly version: string | null;
  /** The process that started it, where it is the child of one that sends under the same name; null: it is none. */
  readonly parent?: number | null;
  /** Path of the script that found this server by itself: its next run begins here. null: it was sent here, or is no script. */
  readonly script?: string | null;
  /** It is the server's own, for samples that come by HTTP. Default: no. */
  readonly byHttp?: boolean;
}

/** What the server holds of a session: everything of this epoch up to and including `seq`. */
export interface HeldPosition {
  readonly epoch: string;
  readonly seq: number;
}

/** Where a viewer stands in a session, as it states it. */
export interface ViewerPosition extends HeldPosition {
  /** Revision of the document it holds, where it says that nothing of what it holds is in doubt; null: it does not. */
  readonly document: number | null;
}
