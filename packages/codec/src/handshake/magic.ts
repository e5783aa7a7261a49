/**
 * The 64-bit magics of the handshake, as two words each: they are compared, never computed with.
 * Spec: "Negotiation", "Magic values".
 */
import { WireError } from '../wire-error.ts';

/** The high and the low word of a 64-bit magic. */
type Magic = readonly [high: number, low: number];

/** "NBDMAGIC": the server's first 8 bytes, in both styles of handshake. */
export const NBDMAGIC: Magic = [0x4e42_444d, 0x4147_4943];

/** "IHAVEOPT": the next 8 bytes of a newstyle server, and the start of every option. */
export const IHAVEOPT: Magic = [0x4948_4156, 0x454f_5054];

/** The next 8 bytes of an oldstyle server. */
export const CLISERV_MAGIC: Magic = [0x0000_4202, 0x8186_1253];

/** The start of every option reply. */
export const REP_MAGIC: Magic = [0x0003_e889, 0x0455_65a9];

/** Writes `magic` at `at` and answers the end of what it wrote. */
export function encodeMagic(view: DataView, at: number, magic: Magic): number {
  view.setUint32(at, magic[0]);
  view.setUint32(at + 4, magic[1]);
  return at + 8;
}

/** Whether the 8 bytes at `at` are `magic`. */
export function hasMagic(view: DataView, at: number, magic: Magic): boolean {
  return view.getUint32(at) === magic[0] && view.getUint32(at + 4) === magic[1];
}

/** @throws WireError "bad-magic" if the 8 bytes at `at` are not `magic`, which is called `name`. */
export function expectMagic(view: DataView, at: number, magic: Magic, name: string): void {
  if (!hasMagic(view, at, magic)) {
    throw new WireError('bad-magic', `expected ${name} at ${at}`);
  }
}
