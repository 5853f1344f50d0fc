import { isStreamVizError, StreamVizError } from '../../../src/core/errors.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import { mostSeries, type ProducerSeat } from '../hub/producer-seat.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import { TokenBucket } from '../hub/token-bucket.ts';
import type { ClientSocket } from './client-socket.ts';
import { CLOSE, closeCodeOf, errorText, refuse, textMessage } from './close-codes.ts';
import { parseProducerText } from './control-text.ts';
import type { Heartbeats, Pulse } from './heartbeats.ts';

/** Messages that cannot be read before the connection is closed. */
const MOST_INVALID = 20;

/** What every connection shares. */
export interface SocketSurroundings {
  readonly hub: SessionHub;
  readonly environment: HubEnvironment;
  readonly heartbeats: Heartbeats;
  /** Name of this life of the server. */
  readonly serverId: string;
}

/** So much is acknowledged soon: what is not takes up the producer's memory. */
const MANY_BYTES = 65_536;

/**
 * One producer's connection: `hello`, `welcome`, then frames that are acknowledged.
 *
 * 1. A message is acknowledged once it is applied and held, where there is a history file on disk; doubles too. At most every
 *    250 ms: each acknowledgement wakes two threads of the producer. Every 50 ms where much came, or it asks by a ping.
 * 2. A frame that is none closes the connection; a message that cannot be read is answered with an error, skipped and counted,
 *    and closes it after 20.
 * 3. What is passed of a limit closes the connection with its code and concerns no other.
 */
export class ProducerSocket {
  readonly #surroundings: SocketSurroundings;
  readonly #socket: ClientSocket;
  readonly #pulse: Pulse;
  readonly #rate: TokenBucket;
  #cancelHello: (() => void) | null;
  #cancelAck: (() => void) | null = null;
  #isAckSoon = false;
  /** That came since the last acknowledgement. */
  #newBytes = 0;
  #seat: ProducerSeat | null = null;
  #isOver = false;
  #invalid = 0;

  constructor(surroundings: SocketSurroundings, socket: ClientSocket) {
    const { environment, heartbeats } = surroundings;
    this.#surroundings = surroundings;
    this.#socket = socket;
    this.#pulse = heartbeats.watch(socket);
    this.#cancelHello = heartbeats.awaitHello(socket);
    this.#rate = new TokenBucket(environment.limits.messagesPerSecond, environment.now);
  }

  /** The session this producer has; null before its hello. */
  get session(): string | null {
    return this.#seat?.session ?? null;
  }

  heard(): void {
    this.#pulse.heard();
  }

  /** It waits for its acknowledgement. */
  pinged(): void {
    this.heard();
    if (this.#seat !== null && !this.#isOver) this.#scheduleAck(true);
  }

  text(data: string): void {
    this.#handle(() => {
      const said = parseProducerText(data);
      if (said.kind === 'bye') {
        this.#seat?.leave(true);
        this.#end(CLOSE.normal, 'bye');
        return;
      }
      if (this.#seat !== null) throw new StreamVizError('HELLO_TWICE', 'A connection has one hello.');
      this.#cancelHello?.();
      this.#cancelHello = null;
      this.#welcome(this.#surroundings.hub.join(said.hello, () => this.#replaced()));
    });
  }

  binary(bytes: Uint8Array): void {
    this.#handle(() => {
      const { messageBytes } = this.#surroundings.environment.limits;
      if (bytes.byteLength > messageBytes) {
        const problem = `A message has ${bytes.byteLength} bytes, at most ${messageBytes} are taken.`;
        this.#refuse(CLOSE.tooLarge, new StreamVizError('MESSAGE_TOO_LARGE', problem));
        return;
      }
      if (this.#seat === null) {
        this.#refuse(CLOSE.invalid, new StreamVizError('HELLO_MISSING', 'A frame came before the hello.'));
        return;
      }
      this.#seat.take(bytes);
      this.#newBytes += bytes.byteLength;
      this.#scheduleAck(this.#newBytes >= MANY_BYTES);
    });
  }

  /** Says goodbye, after what it may know of as acknowledged: the server ends. */
  end(): void {
    if (!this.#isOver) this.#end(CLOSE.goingAway, 'the server ends');
  }

  /** The connection is gone. Twice is harmless. */
  closed(): void {
    this.#isOver = true;
    this.#pulse.stop();
    this.#cancelHello?.();
    this.#cancelAck?.();
    this.#seat?.leave(false);
  }

  #handle(run: () => void): void {
    if (this.#isOver) return;
    this.heard();
    if (!this.#rate.take()) {
      const { messagesPerSecond } = this.#surroundings.environment.limits;
      const problem = `More than ${messagesPerSecond} messages a second came.`;
      this.#refuse(CLOSE.limit, new StreamVizError('LIMIT_MESSAGES', problem));
      return;
    }
    try {
      run();
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      this.#failed(error);
    }
  }

  #failed(error: StreamVizError): void {
    this.#invalid += 1;
    const isFatal =
      this.#seat === null ||
      error.code === 'FRAME_INVALID' ||
      error.code === 'PROTOCOL_VERSION' ||
      error.code.startsWith('LIMIT_') ||
      this.#invalid >= MOST_INVALID;
    if (isFatal) this.#refuse(closeCodeOf(error), error);
    else this.#socket.send(errorText(error));
  }

  #welcome(seat: ProducerSeat): void {
    const { serverId, environment } = this.#surroundings;
    this.#seat = seat;
    this.#socket.send(
      textMessage('welcome', {
        server: serverId,
        session: seat.session,
        seq: seat.held?.seq ?? null,
        epoch: seat.held?.epoch ?? null,
        limits: { messageBytes: environment.limits.messageBytes, series: mostSeries(environment.limits) },
      }),
    );
  }

  #scheduleAck(isSoon: boolean): void {
    const { schedule, limits } = this.#surroundings.environment;
    if (this.#cancelAck !== null && (this.#isAckSoon || !isSoon)) return;
    this.#cancelAck?.();
    this.#isAckSoon = isSoon;
    this.#cancelAck = schedule(
      () => {
        this.#cancelAck = null;
        this.#ack();
        if (!this.#isOver && this.#seat?.isAwaited) this.#scheduleAck(isSoon);
      },
      isSoon ? limits.ackMs : limits.ackLaterMs,
    );
  }

  #ack(): void {
    if (this.#isOver || this.#seat === null) return;
    this.#newBytes = 0;
    const { epoch, seq } = this.#seat.position;
    if (seq > 0) this.#socket.send(textMessage('ack', { session: this.#seat.session, epoch, seq }));
  }

  #replaced(): void {
    const problem = 'This producer has come over another connection.';
    this.#refuse(CLOSE.replaced, new StreamVizError('REPLACED', problem));
  }

  #refuse(closeCode: number, error: StreamVizError): void {
    if (this.#isOver) return;
    this.#ack();
    refuse(this.#socket, closeCode, error);
    this.closed();
  }

  #end(closeCode: number, reason: string): void {
    this.#ack();
    this.#socket.close(closeCode, reason);
    this.closed();
  }
}
