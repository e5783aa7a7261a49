/** Replies that are held until there are enough of them, and then sent in another order. */

/** Sends a reply that was held. */
export type SendHeld = () => void;

export class Reordering {
  readonly #order: readonly number[];
  /** What is held, for each wire. */
  readonly #held = new Map<object, SendHeld[]>();

  /** Numbers from 1, each once: which of the replies leaves next. */
  constructor(order: readonly number[]) {
    this.#order = order;
  }

  /** How many replies are held. */
  get size(): number {
    return [...this.#held.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** A whole reply of this wire is ready. */
  hold(wire: object, send: SendHeld): void {
    const held = this.#held.get(wire) ?? [];
    held.push(send);
    this.#held.set(wire, held);
    if (held.length < this.#order.length) return;
    this.#held.delete(wire);
    for (const place of this.#order) held[place - 1]?.();
  }

  /** Sends what is held in the order in which it was ready. */
  release(): void {
    const all = [...this.#held.values()].flat();
    this.#held.clear();
    for (const send of all) send();
  }

  /** The wire is no more. */
  forget(wire: object): void {
    this.#held.delete(wire);
  }
}
