/** Of what a process writes, as much as is kept. */

/** Characters. A server says less in any run that is in order, and one that is not says the reason last. */
const KEPT_MAX = 2 ** 18;

/** Text that grows at its end. Of more than `max` characters the last are kept, and how many there were before them. */
export class KeptText {
  readonly #max: number;
  #kept = '';
  #dropped = 0;

  constructor(max: number = KEPT_MAX) {
    this.#max = max;
  }

  add(text: string): void {
    this.#kept += text;
    // At twice the bound, so that not each line copies all the others.
    if (this.#kept.length > 2 * this.#max) this.#drop();
  }

  get text(): string {
    if (this.#kept.length > this.#max) this.#drop();
    if (this.#dropped === 0) return this.#kept;
    return `[${this.#dropped} characters are left out]\n${this.#kept}`;
  }

  #drop(): void {
    this.#dropped += this.#kept.length - this.#max;
    this.#kept = this.#kept.slice(-this.#max);
  }
}
