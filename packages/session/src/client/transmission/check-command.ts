/**
 * What a request must keep so that the server need not refuse it (K-018, K-019).
 * Spec: proto.md, "Request types" and "Block size constraints".
 *
 * Hot path.
 */
import {
  Command,
  spellCommand,
  spellCommandFlags,
  spellTransmissionFlags,
  TransmissionFlag,
} from '@nbd/codec';
import { COMMAND_RULES, featureFlags } from '../../agreement/command-rules.ts';
import { UsageError } from '../../usage-error.ts';
import type { EnteredExport } from '../export-offer.ts';

/** What servers must bear that say nothing else. */
const PAYLOAD_BYTES_MAX = 32 * 2 ** 20;
const NO_PAYLOAD_LIMIT = 0xffff_ffff;

/**
 * Checks what the wire can carry, whatever the server thinks of it.
 *
 * @throws RangeError
 */
export function checkCarriable(
  type: Command,
  offset: number,
  length: number,
  { replyMode }: EnteredExport,
): void {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError(
      `${spellCommand(type)}: expected an offset of at least 0, found ${offset}`,
    );
  }
  const lengthMax = replyMode === 'extended' ? Number.MAX_SAFE_INTEGER : 0xffff_ffff;
  if (!Number.isSafeInteger(length) || length < 0 || length > lengthMax) {
    throw new RangeError(
      `${spellCommand(type)}: expected a length of at most ${lengthMax}, found ${length}`,
    );
  }
}

/**
 * Checks what the server would refuse.
 *
 * @throws UsageError for what the export does not offer, RangeError for a range that it cannot have
 */
export function checkCommand(
  type: Command,
  flags: number,
  offset: number,
  length: number,
  entered: EnteredExport,
): void {
  const rule = COMMAND_RULES[type];
  if (rule === undefined) return;
  const offered = entered.transmissionFlags;
  if (rule.writes && (offered & TransmissionFlag.READ_ONLY) !== 0) {
    throw new UsageError(`${spellCommand(type)}: the export is read-only`);
  }
  if ((offered & rule.needs) !== rule.needs) {
    const missing = spellTransmissionFlags(rule.needs);
    throw new UsageError(`${spellCommand(type)}: the export does not offer ${missing}`);
  }
  const unlawful = flags & ~(rule.flags | featureFlags(type, offered));
  if (unlawful !== 0) {
    const found = spellCommandFlags(unlawful);
    throw new UsageError(`${spellCommand(type)}: the export does not take ${found} with it`);
  }
  if (type === Command.BLOCK_STATUS && entered.contexts.length === 0) {
    throw new UsageError('BLOCK_STATUS: no meta context is selected for this export');
  }
  if (rule.ranged) checkRange(type, offset, length, entered);
}

function checkRange(
  type: Command,
  offset: number,
  length: number,
  { size, blockSize }: EnteredExport,
): void {
  if (length === 0) throw new RangeError(`${spellCommand(type)}: expected a length, found 0`);
  if (offset > size || length > size - offset) {
    throw new RangeError(
      `${spellCommand(type)}: expected a range inside of ${size} bytes, found ${length} at ${offset}`,
    );
  }
  const minimum = blockSize?.minimum ?? 1;
  // Most disks take any alignment, and a remainder of large numbers is dear.
  if (minimum > 1 && (offset % minimum !== 0 || length % minimum !== 0)) {
    throw new RangeError(
      `${spellCommand(type)}: expected multiples of ${minimum}, found ${length} at ${offset}`,
    );
  }
  if (type !== Command.READ && type !== Command.WRITE) return;
  const payloadMax = blockSize?.payloadMax ?? PAYLOAD_BYTES_MAX;
  if (length > payloadMax && payloadMax !== NO_PAYLOAD_LIMIT) {
    throw new RangeError(
      `${spellCommand(type)}: expected at most ${payloadMax} bytes, found ${length}`,
    );
  }
}
