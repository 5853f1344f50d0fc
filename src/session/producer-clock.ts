const SLOTS = 60;
const SLOT_US = 1_000_000;

/**
 * Estimates the producer's clock from when its messages came.
 *
 * The offset is the smallest `receipt - sentUs` of the last 60 s (in steps of 1 s): the message that waited least is
 * nearest to the truth. Without any message of the last 60 s the last estimate stands.
 */
export class ProducerClock {
  /** Smallest difference of each second, by second mod 60, and which second that was. */
  readonly #least = new Float64Array(SLOTS);
  readonly #second = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);
  #offsetUs = 0;

  /** Local clock minus producer's clock in us; 0 before the first message. */
  get offsetUs(): number {
    return this.#offsetUs;
  }

  /** Notes a message sent at `sentUs` of the producer's clock that came at `receiptUs` of the local one. */
  note(receiptUs: number, sentUs: number): void {
    const second = Math.floor(receiptUs / SLOT_US);
    const slot = ((second % SLOTS) + SLOTS) % SLOTS;
    const difference = receiptUs - sentUs;
    if (this.#second[slot] !== second || difference < this.#least[slot]!) {
      this.#second[slot] = second;
      this.#least[slot] = difference;
    }
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SLOTS; i += 1) {
      if (second - this.#second[i]! < SLOTS && this.#least[i]! < least) least = this.#least[i]!;
    }
    this.#offsetUs = least;
  }
}
