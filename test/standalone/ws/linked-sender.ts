import type { Message } from '../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import { ProducerSocket, type SocketSurroundings } from '../../../standalone/server/ws/producer-socket.ts';
import { FakeSender, type SenderOptions } from '../../session/fake-sender.ts';
import { FakeSocket } from './fake-socket.ts';

/** A producer's end of a connection: an outbox, and what the acknowledgements and the welcome say of it. */
export class LinkedSender {
  readonly sender: FakeSender;
  socket = new FakeSocket();
  /** Name the server gave. */
  session: string;
  readonly asked: string;
  #outbox: Message[] = [];
  #server: ProducerSocket | null = null;
  #read = 0;

  constructor(session: string, epoch: { id: string; startedUs: number }, options: SenderOptions, nowMs: number) {
    this.asked = session;
    this.session = session;
    this.sender = new FakeSender(epoch, options, nowMs);
  }

  get isConnected(): boolean {
    return this.#server !== null;
  }

  get unacknowledged(): number {
    return this.#outbox.length;
  }

  connect(surroundings: SocketSurroundings, nowMs: number): void {
    this.socket = new FakeSocket();
    this.#read = 0;
    this.#server = new ProducerSocket(surroundings, this.socket);
    const { epoch, seq } = this.sender;
    const from = this.#outbox[0]?.seq ?? seq + 1;
    this.#server.text(JSON.stringify({ v: [1, 0], kind: 'hello', session: this.asked, epoch, seq, from, name: 'app' }));
    const welcome = this.socket.texts('welcome')[0]!;
    this.session = String(welcome.session);
    if (welcome.epoch === epoch.id && Number(welcome.seq) >= from - 1) {
      this.#forget(Number(welcome.seq));
      for (const message of this.#outbox) this.#send(message);
      return;
    }
    this.#outbox = [];
    this.sender.listen(false, nowMs);
    this.sender.listen(true, nowMs);
  }

  /** The connection breaks, on both ends. */
  cut(): void {
    this.read();
    this.#server?.closed();
    this.#server = null;
  }

  /** Builds the next message and sends it so many times; 0: it is lost on the way, as no socket loses it. */
  tick(nowMs: number, copies = 1): void {
    const message = this.sender.tick(nowMs);
    if (message === null) return;
    this.#outbox.push(message);
    if (this.#outbox.length > 200) this.#outbox.shift();
    for (let i = 0; i < copies; i += 1) this.#send(message);
  }

  /** Sends a message again that may have been applied already. */
  repeat(pick: number): void {
    const message = this.#outbox[Math.floor(pick * this.#outbox.length)];
    if (message !== undefined) this.#send(message);
  }

  bye(): void {
    this.#server?.text(JSON.stringify({ v: [1, 0], kind: 'bye' }));
    this.#server = null;
  }

  /** Takes the acknowledgements that have arrived. */
  read(): void {
    for (; this.#read < this.socket.arrived.length; this.#read += 1) {
      const message = JSON.parse(String(this.socket.arrived[this.#read]));
      if (message.kind === 'ack' && message.epoch === this.sender.epoch.id) this.#forget(message.seq);
    }
  }

  #forget(seq: number): void {
    this.#outbox = this.#outbox.filter((message) => message.seq > seq);
  }

  #send(message: Message): void {
    this.#server?.binary(writeMessageFrame({ ...message, session: this.session }));
  }
}
