/**
 * The rules that a request must keep before a disk sees it, in the order in which they are checked:
 * known command, read-only, range, flags, advertised, alignment, size (C-186). The first one broken
 * decides the error.
 * Spec: proto.md, "Request types" and "Error values".
 *
 *   command       out of range  flags beside FUA    needs
 *   READ          EINVAL        DF if advertised
 *   WRITE         ENOSPC
 *   FLUSH         (none)                            SEND_FLUSH
 *   TRIM          EINVAL                            SEND_TRIM
 *   CACHE         EINVAL                            SEND_CACHE
 *   WRITE_ZEROES  ENOSPC        NO_HOLE, FAST_ZERO  SEND_WRITE_ZEROES
 *   BLOCK_STATUS  EINVAL        REQ_ONE             a meta context
 *   RESIZE        (none)                            SEND_RESIZE
 *
 * Hot path.
 */
import { Command, CommandFlag, ErrorCode, type Request, TransmissionFlag } from '@nbd/codec';
import type { ExportFacts } from './export-facts.ts';

interface CommandRule {
  /** Whether offset and length name a part of the export. */
  readonly ranged: boolean;
  readonly outOfRange: ErrorCode;
  /** Changes the export: refused with EPERM on a read-only one (C-184). */
  readonly writes: boolean;
  /** The CommandFlag bits that it may carry, beside those that an advertised feature adds. */
  readonly flags: number;
  /** The TransmissionFlag without which it is refused; 0 for none. */
  readonly needs: number;
}

const RANGED: CommandRule = {
  ranged: true,
  outOfRange: ErrorCode.EINVAL,
  writes: false,
  flags: 0,
  needs: 0,
};
const WRITES: CommandRule = { ...RANGED, outOfRange: ErrorCode.ENOSPC, writes: true };

/** By command number; DISC never gets here. */
const RULES: readonly (CommandRule | undefined)[] = ruleTable([
  [Command.READ, RANGED],
  [Command.WRITE, WRITES],
  [Command.FLUSH, { ...RANGED, ranged: false, needs: TransmissionFlag.SEND_FLUSH }],
  [Command.TRIM, { ...RANGED, writes: true, needs: TransmissionFlag.SEND_TRIM }],
  [Command.CACHE, { ...RANGED, needs: TransmissionFlag.SEND_CACHE }],
  [
    Command.WRITE_ZEROES,
    { ...WRITES, flags: CommandFlag.NO_HOLE, needs: TransmissionFlag.SEND_WRITE_ZEROES },
  ],
  [Command.BLOCK_STATUS, { ...RANGED, flags: CommandFlag.REQ_ONE }],
  [Command.RESIZE, { ...RANGED, ranged: false, writes: true, needs: TransmissionFlag.SEND_RESIZE }],
]);

function ruleTable(rules: readonly (readonly [Command, CommandRule])[]) {
  const table: (CommandRule | undefined)[] = [];
  for (const [command, rule] of rules) table[command] = rule;
  return table;
}

/** `ErrorCode.OK`, or the error of the first rule that `request` breaks. */
export function checkRequest(
  request: Request,
  facts: ExportFacts,
  readTooLong: ErrorCode,
): ErrorCode {
  const { type, offset, length, flags } = request;
  const rule = RULES[type];
  if (rule === undefined) return ErrorCode.EINVAL;
  const advertised = facts.transmissionFlags;
  if (rule.writes && (advertised & TransmissionFlag.READ_ONLY) !== 0) return ErrorCode.EPERM;
  // Offsets above 2^53 - 1 round, but never to below 2^53, so this is the overflow check too (C-181).
  if (rule.ranged && (offset > facts.size || length > facts.size - offset)) return rule.outOfRange;
  if ((flags & ~(rule.flags | featureFlags(type, advertised))) !== 0) return ErrorCode.EINVAL;
  if ((advertised & rule.needs) !== rule.needs) return ErrorCode.EINVAL;
  // Most disks take any alignment, and a remainder of large numbers is dear.
  const minimum = facts.blockMinimum;
  if (minimum > 1 && (offset % minimum !== 0 || length % minimum !== 0)) return ErrorCode.EINVAL;
  return checkCommand(request, facts, readTooLong);
}

/** The flags that a request of `type` may carry because a feature of the export is advertised. */
function featureFlags(type: number, advertised: number): number {
  let flags = 0;
  if ((advertised & TransmissionFlag.SEND_FUA) !== 0) flags |= CommandFlag.FUA;
  if (type === Command.READ && (advertised & TransmissionFlag.SEND_DF) !== 0) {
    flags |= CommandFlag.DF;
  }
  if (type === Command.WRITE_ZEROES && (advertised & TransmissionFlag.SEND_FAST_ZERO) !== 0) {
    flags |= CommandFlag.FAST_ZERO;
  }
  return flags;
}

/** What only one command asks. */
function checkCommand(
  { type, offset, length }: Request,
  { payloadMax }: ExportFacts,
  readTooLong: ErrorCode,
): ErrorCode {
  switch (type) {
    case Command.READ:
      return length > payloadMax ? readTooLong : ErrorCode.OK;
    case Command.WRITE:
      return length > payloadMax ? ErrorCode.EINVAL : ErrorCode.OK;
    case Command.FLUSH:
      return offset === 0 && length === 0 ? ErrorCode.OK : ErrorCode.EINVAL;
    case Command.BLOCK_STATUS:
      // No meta context can be selected yet, so there is none to report on (C-250).
      return ErrorCode.EINVAL;
    case Command.RESIZE:
      if (length !== 0) return ErrorCode.EINVAL;
      return offset <= Number.MAX_SAFE_INTEGER ? ErrorCode.OK : ErrorCode.ENOSPC;
    default:
      return ErrorCode.OK;
  }
}
