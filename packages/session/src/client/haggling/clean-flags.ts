/**
 * Transmission flags as a client may rely on them (K-015).
 * Spec: proto.md, "Transmission flags".
 */
import { TransmissionFlag } from '@nbd/codec';
import type { ReplyMode } from '../../agreement/terms.ts';
import { Violation } from '../violation.ts';

const KNOWN = Object.values(TransmissionFlag).reduce<number>((all, flag) => all | flag, 0);

/**
 * `flags` without those that are unknown, or promise what the others or the reply mode rule out.
 *
 * @throws Violation if HAS_FLAGS is not among them
 */
export function cleanTransmissionFlags(flags: number, replyMode: ReplyMode): number {
  if ((flags & TransmissionFlag.HAS_FLAGS) === 0) {
    throw new Violation(
      'no-transmission-flags',
      `expected transmission flags with HAS_FLAGS, found 0x${flags.toString(16)}`,
    );
  }
  let clean = flags & KNOWN;
  if (replyMode === 'simple') clean &= ~TransmissionFlag.SEND_DF;
  if (replyMode !== 'extended') clean &= ~TransmissionFlag.BLOCK_STATUS_PAYLOAD;
  if ((clean & TransmissionFlag.SEND_WRITE_ZEROES) === 0) {
    clean &= ~TransmissionFlag.SEND_FAST_ZERO;
  }
  return clean;
}
