import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../src/index.ts';
import { encoded } from './message.ts';
import { messages } from './messages.ts';
import { Refusal } from './reference-parts.ts';
import { referenceDecode, referenceEncode } from './reference.ts';
import { damage, damaged, edits, fromHex, toHex } from './values.ts';

/** What surrounds a message in the tests that watch its borders. */
const GUARD = 0xa5;
const margin = fc.integer({ min: 0, max: 9 });

describe.each(messages)('$name', (message) => {
  /** Damage under which the decoder, and not its caller, must look after the size. */
  const survivable = message.size === 'fixed' ? edits : damage;

  it('P1 is the same after it was encoded and decoded', () => {
    fc.assert(
      fc.property(message.values, (value) => {
        expect(message.decode(encoded(message, value))).toEqual(value);
      }),
    );
  });

  it('P2 has the same bytes after it was decoded and encoded', () => {
    fc.assert(
      fc.property(message.values, (value) => {
        const bytes = fromHex(referenceEncode(message.name, value));
        expect(toHex(encoded(message, message.decode(bytes)))).toBe(toHex(bytes));
      }),
    );
  });

  it('P2 means the same when damaged bytes that still decode are encoded again', () => {
    fc.assert(
      fc.property(message.values, survivable, (value, harm) => {
        const decoded = outcome(() => message.decode(damaged(encoded(message, value), harm)));
        if (decoded.kind === 'refused') return;
        expect(message.decode(encoded(message, decoded.value))).toEqual(decoded.value);
      }),
    );
  });

  it('P3 is written whole, at any place of any view, and nothing beside it', () => {
    fc.assert(
      fc.property(message.values, margin, margin, margin, (value, before, at, after) => {
        const size = message.measure(value);
        const buffer = new Uint8Array(before + at + size + after).fill(GUARD);
        const window = new DataView(buffer.buffer, before, at + size);
        expect(message.encode(window, at, value)).toBe(at + size);
        const guards = (length: number) => toHex(new Uint8Array(length).fill(GUARD));
        expect(toHex(buffer)).toBe(
          guards(before + at) + referenceEncode(message.name, value) + guards(after),
        );
      }),
    );
  });

  it('P3 is a RangeError of the caller in a view that is too short, and never passes its end', () => {
    fc.assert(
      fc.property(message.values, fc.nat(), (value, cut) => {
        const size = message.measure(value);
        if (size === 0) return;
        const buffer = new Uint8Array(size + 64).fill(GUARD);
        const window = new DataView(buffer.buffer, 0, cut % size);
        expect(() => message.encode(window, 0, value)).toThrow(RangeError);
        const outside = buffer.subarray(window.byteLength);
        expect(outside.every((byte) => byte === GUARD)).toBe(true);
      }),
    );
  });

  it('P4 decodes or throws WireError whatever happens to its bytes, and reads none around them', () => {
    fc.assert(
      fc.property(message.values, survivable, margin, (value, harm, before) => {
        const bytes = damaged(encoded(message, value), harm);
        const among = (filler: number) => {
          const buffer = new Uint8Array(before + bytes.length + 64).fill(filler);
          buffer.set(bytes, before);
          return buffer.subarray(before, before + bytes.length);
        };
        const one = outcome(() => message.decode(among(0x00)));
        const other = outcome(() => message.decode(among(0xff)));
        expect(one).toEqual(other);
      }),
    );
  });

  it('P5 is encoded as the reference encodes it', () => {
    fc.assert(
      fc.property(message.values, (value) => {
        expect(toHex(encoded(message, value))).toBe(referenceEncode(message.name, value));
      }),
    );
  });

  it('P5 is decoded, or refused, as the reference does it', () => {
    fc.assert(
      fc.property(message.values, survivable, (value, harm) => {
        const bytes = damaged(encoded(message, value), harm);
        const expected = referenceOutcome(message.name, bytes);
        const found = outcome(() => message.decode(bytes));
        expect(found).toEqual(expected);
      }),
    );
  });
});

describe.each(messages.filter(({ size }) => size === 'fixed'))('$name', (message) => {
  it('P4 is a RangeError of the caller when its bytes are not all there', () => {
    fc.assert(
      fc.property(message.values, fc.nat(), (value, cut) => {
        const bytes = encoded(message, value);
        const buffer = new Uint8Array(bytes.length + 64);
        buffer.set(bytes);
        const short = buffer.subarray(0, cut % bytes.length);
        expect(() => message.decode(short)).toThrow(RangeError);
      }),
    );
  });
});

describe('any message', () => {
  it('P4 is refused with WireError, or read, from bytes that mean nothing', () => {
    const variable = messages.filter(({ size }) => size === 'variable');
    fc.assert(
      fc.property(
        fc.constantFrom(...variable),
        fc.uint8Array({ maxLength: 64 }),
        (message, bytes) => {
          const expected = referenceOutcome(message.name, bytes);
          const found = outcome(() => message.decode(bytes));
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

type Outcome = { readonly kind: 'decoded'; readonly value: unknown } | { readonly kind: 'refused' };

/** Lets every error but a WireError through: it is the failure that P4 is about. */
function outcome(decode: () => unknown): Outcome {
  try {
    return { kind: 'decoded', value: decode() };
  } catch (error) {
    if (error instanceof WireError) return { kind: 'refused' };
    throw error;
  }
}

function referenceOutcome(name: string, bytes: Uint8Array): Outcome {
  try {
    return { kind: 'decoded', value: referenceDecode(name, toHex(bytes)) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused' };
    throw error;
  }
}
