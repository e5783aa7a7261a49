/**
 * Bytes as rows of hexadecimal and text, in the form of `hexdump -C`:
 *
 *   00000000  68 65 6c 6c 6f 00 00 00  00 00 00 00 00 00 00 00  |hello...........|
 *   *
 *   00001000
 *
 * A row that repeats the one before is left out, and one "*" stands for all of them. The last line
 * is the offset of the end.
 */
const ROW_BYTES = 16;
const ZERO_ROWS = new Uint8Array(3 * ROW_BYTES);

/** Two digits for each value of a byte. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

export class HexRows {
  readonly #columns: number;
  readonly #row = new Uint8Array(ROW_BYTES);
  readonly #last = new Uint8Array(ROW_BYTES);
  /** How much of `#row` is there; it is printed once it is full, or at the end. */
  #filled = 0;
  #rowOffset: number;
  #state: 'first' | 'printed' | 'repeating' = 'first';

  /** `offset` is that of the first byte; `size`, the largest that there can be, says how wide they are. */
  constructor(offset: number, size: number) {
    this.#rowOffset = offset;
    this.#columns = Math.max(8, size.toString(16).length);
  }

  /** Where the next byte belongs. */
  get offset(): number {
    return this.#rowOffset + this.#filled;
  }

  /** The rows that end with some more bytes. */
  bytes(bytes: Uint8Array): string {
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const part = Math.min(ROW_BYTES - this.#filled, bytes.length - at);
      this.#row.set(bytes.subarray(at, at + part), this.#filled);
      this.#filled += part;
      at += part;
      if (this.#filled === ROW_BYTES) text += this.#endRow();
    }
    return text;
  }

  /** The same for `length` bytes of zero, however many. */
  zeroes(length: number): string {
    // A row that is begun, one to print and one to repeat; from then on, rows are only counted.
    const first = Math.min(length, ZERO_ROWS.length - this.#filled);
    const text = this.bytes(ZERO_ROWS.subarray(0, first));
    const rest = length - first;
    const last = rest % ROW_BYTES;
    this.#rowOffset += rest - last;
    return text + this.bytes(ZERO_ROWS.subarray(0, last));
  }

  /** A row that is begun, and the offset of the end. */
  end(): string {
    const text = this.#filled === 0 ? '' : this.#print();
    return `${text}${this.#offsetText(this.offset)}\n`;
  }

  #endRow(): string {
    const repeats = this.#state !== 'first' && equal(this.#row, this.#last);
    const text = repeats ? (this.#state === 'printed' ? '*\n' : '') : this.#print();
    this.#state = repeats ? 'repeating' : 'printed';
    this.#last.set(this.#row);
    this.#rowOffset += ROW_BYTES;
    this.#filled = 0;
    return text;
  }

  #print(): string {
    let digits = '';
    let characters = '';
    for (let i = 0; i < ROW_BYTES; i++) {
      const byte = this.#row[i] ?? 0;
      const there = i < this.#filled;
      digits += `${i === ROW_BYTES / 2 ? ' ' : ''} ${there ? DIGITS[byte] : '  '}`;
      if (there) characters += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
    }
    return `${this.#offsetText(this.#rowOffset)} ${digits}  |${characters}|\n`;
  }

  #offsetText(offset: number): string {
    return offset.toString(16).padStart(this.#columns, '0');
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
