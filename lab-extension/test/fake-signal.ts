import type { Signal } from '../src/host.ts';

/** A signal that a test emits. */
export class FakeSignal<Value> implements Signal<unknown, Value> {
  readonly #slots = new Set<(sender: unknown, value: Value) => void>();

  get listeners(): number {
    return this.#slots.size;
  }

  connect(slot: (sender: unknown, value: Value) => void): boolean {
    if (this.#slots.has(slot)) return false;
    this.#slots.add(slot);
    return true;
  }

  disconnect(slot: (sender: unknown, value: Value) => void): boolean {
    return this.#slots.delete(slot);
  }

  emit(value: Value): void {
    for (const slot of [...this.#slots]) slot(this, value);
  }
}
