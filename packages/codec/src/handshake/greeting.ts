/**
 * The first message of a connection, from the server, and how its style is told.
 * Spec: "Newstyle negotiation".
 *
 *   at  size  field           meaning
 *    0     8  magic           NBDMAGIC
 *    8     8  style           IHAVEOPT
 *   16     2  handshakeFlags  HandshakeFlag bits
 *   18
 */
import { WireError } from '../wire-error.ts';
import { CLISERV_MAGIC, IHAVEOPT, NBDMAGIC, encodeMagic, expectMagic, hasMagic } from './magic.ts';

export const GREETING_BYTES = 18;

/** How many bytes of a greeting tell its style. */
export const GREETING_STYLE_BYTES = 16;

/** Which handshake a server's first bytes begin. */
export type GreetingStyle = 'newstyle' | 'oldstyle';

export interface Greeting {
  /** HandshakeFlag bits. */
  handshakeFlags: number;
}

/**
 * Tells from the first GREETING_STYLE_BYTES which greeting follows: a Greeting or an OldstyleGreeting.
 *
 * @throws WireError "bad-magic": the peer is not an NBD server.
 */
export function readGreetingStyle(view: DataView, at: number): GreetingStyle {
  expectMagic(view, at, NBDMAGIC, 'NBDMAGIC, the start of a greeting,');
  if (hasMagic(view, at + 8, IHAVEOPT)) return 'newstyle';
  if (hasMagic(view, at + 8, CLISERV_MAGIC)) return 'oldstyle';
  throw new WireError('bad-magic', `expected IHAVEOPT or the oldstyle magic at ${at + 8}`);
}

/** Writes `greeting` at `at` and answers the end of what it wrote. */
export function encodeGreeting(view: DataView, at: number, greeting: Greeting): number {
  encodeMagic(view, at, NBDMAGIC);
  encodeMagic(view, at + 8, IHAVEOPT);
  view.setUint16(at + 16, greeting.handshakeFlags);
  return at + GREETING_BYTES;
}

/**
 * Reads the newstyle greeting at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the peer is not an NBD server, or an oldstyle one.
 */
export function decodeGreeting<T extends Greeting>(view: DataView, at: number, target: T): T {
  expectMagic(view, at, NBDMAGIC, 'NBDMAGIC, the start of a greeting,');
  expectMagic(view, at + 8, IHAVEOPT, 'IHAVEOPT, the mark of a newstyle greeting,');
  target.handshakeFlags = view.getUint16(at + 16);
  return target;
}
