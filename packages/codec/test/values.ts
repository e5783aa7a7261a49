/** Arbitrary field values, with the edges that matter on the wire, and views on bytes. */
import fc from 'fast-check';

export const u16: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff });
export const u32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff_ffff });
export const i32: fc.Arbitrary<number> = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

/** A 64-bit field that a number holds exactly. */
export const safe: fc.Arbitrary<number> = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1),
);

/** A string that may be sent: characters of 1 to 4 bytes, a byte order mark among them, no NUL. */
export const text: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x01, max: 0x7f }),
      fc.integer({ min: 0x80, max: 0x7ff }),
      fc.integer({ min: 0x800, max: 0xd7ff }),
      fc.integer({ min: 0xe000, max: 0xffff }),
      fc.integer({ min: 0x1_0000, max: 0x10_ffff }),
      fc.constant(0xfeff),
    ),
  )
  .map((points) => String.fromCodePoint(...points));

/** What goes wrong with bytes on their way: some are changed, the end is cut or grows. */
export interface Damage {
  readonly edits: readonly { readonly where: number; readonly mask: number }[];
  /** How much remains, from 0 to 1. */
  readonly keep: number;
  readonly tail: Uint8Array;
}

/** Damage that keeps the size. */
export const edits: fc.Arbitrary<Damage> = fc.record({
  edits: fc.array(
    fc.record({
      where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      mask: fc.integer({ min: 1, max: 255 }),
    }),
    { maxLength: 4 },
  ),
  keep: fc.constant(1),
  tail: fc.constant(new Uint8Array(0)),
});

/** Any damage. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  edits,
  fc.record({
    edits: edits.map((some) => some.edits),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
    tail: fc.uint8Array({ maxLength: 12 }),
  }),
);

/** A damaged copy of `bytes`. */
export function damaged(bytes: Uint8Array, { edits: changes, keep, tail }: Damage): Uint8Array {
  const copy = bytes.slice();
  for (const { where, mask } of changes) {
    const at = Math.floor(where * copy.length);
    if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ mask;
  }
  const kept = copy.subarray(0, Math.floor(keep * copy.length));
  const result = new Uint8Array(kept.length + tail.length);
  result.set(kept);
  result.set(tail, kept.length);
  return result;
}

/** A view of exactly `bytes`. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes from hexadecimal; spaces are for reading. */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(' ', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
