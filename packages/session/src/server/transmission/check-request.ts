/**
 * The rules that a request must keep before a disk sees it, in the order in which they are checked:
 * payload, known command, read-only, range, flags, advertised, alignment, size (C-186). The first one
 * broken decides the error.
 * Spec: proto.md, "Request types" and "Error values".
 *
 *   command       flags beside FUA    needs
 *   READ          DF if advertised
 *   WRITE
 *   FLUSH                             SEND_FLUSH
 *   TRIM                              SEND_TRIM
 *   CACHE                             SEND_CACHE
 *   WRITE_ZEROES  NO_HOLE, FAST_ZERO  SEND_WRITE_ZEROES
 *   BLOCK_STATUS  REQ_ONE             a meta context
 *   RESIZE                            SEND_RESIZE
 *
 * Hot path.
 */
import { Command, CommandFlag, type Request, TransmissionFlag } from '@nbd/codec';
import type { ExportFacts } from './export-facts.ts';
import type { Fault } from './fault.ts';
import type { InFlight } from './in-flight.ts';
import { checkPayload, hasFilter, payloadFlags } from './payload-rules.ts';
import type { Terms } from '../../agreement/terms.ts';

interface CommandRule {
  /** Whether offset and length name a part of the export. */
  readonly ranged: boolean;
  /** Changes the export: refused with EPERM on a read-only one (C-184). */
  readonly writes: boolean;
  /** The CommandFlag bits that it may carry, beside those that an advertised feature adds. */
  readonly flags: number;
  /** The TransmissionFlag without which it is refused; 0 for none. */
  readonly needs: number;
}

const RANGED: CommandRule = { ranged: true, writes: false, flags: 0, needs: 0 };
const WRITES: CommandRule = { ...RANGED, writes: true };

/** By command number; DISC never gets here. */
const RULES: readonly (CommandRule | undefined)[] = ruleTable([
  [Command.READ, RANGED],
  [Command.WRITE, WRITES],
  [Command.FLUSH, { ...RANGED, ranged: false, needs: TransmissionFlag.SEND_FLUSH }],
  [Command.TRIM, { ...WRITES, needs: TransmissionFlag.SEND_TRIM }],
  [Command.CACHE, { ...RANGED, needs: TransmissionFlag.SEND_CACHE }],
  [
    Command.WRITE_ZEROES,
    { ...WRITES, flags: CommandFlag.NO_HOLE, needs: TransmissionFlag.SEND_WRITE_ZEROES },
  ],
  [Command.BLOCK_STATUS, { ...RANGED, flags: CommandFlag.REQ_ONE }],
  [Command.RESIZE, { ...WRITES, ranged: false, needs: TransmissionFlag.SEND_RESIZE }],
]);

function ruleTable(rules: readonly (readonly [Command, CommandRule])[]) {
  const table: (CommandRule | undefined)[] = [];
  for (const [command, rule] of rules) table[command] = rule;
  return table;
}

/** The first rule that `request` breaks; undefined: it is good, as far as it is here. */
export function checkRequest(
  request: InFlight,
  facts: ExportFacts,
  terms: Terms,
): Fault | undefined {
  const { type, offset, length, flags } = request;
  if (terms.replyMode === 'extended') {
    const fault = checkPayload(request, terms);
    if (fault !== undefined || hasFilter(request)) return fault;
  }
  const rule = RULES[type];
  if (rule === undefined) return 'unknown-command';
  const advertised = terms.transmissionFlags;
  if (rule.writes && (advertised & TransmissionFlag.READ_ONLY) !== 0) return 'read-only';
  // Numbers above 2^53 - 1 round, but never to below 2^53, so this is the overflow check too (C-181, C-273).
  if (rule.ranged && (offset > facts.size || length > facts.size - offset)) return 'out-of-range';
  const lawful = rule.flags | featureFlags(type, advertised) | payloadFlags(type, terms);
  if ((flags & ~lawful) !== 0) return 'flags';
  if ((advertised & rule.needs) !== rule.needs) return 'not-advertised';
  // Most disks take any alignment, and a remainder of large numbers is dear.
  const minimum = facts.blockMinimum;
  if (minimum > 1 && (offset % minimum !== 0 || length % minimum !== 0)) return 'misaligned';
  return checkCommand(request, facts, terms);
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
  { contexts }: Terms,
): Fault | undefined {
  switch (type) {
    case Command.READ:
    case Command.WRITE:
      return length > payloadMax ? 'too-long' : undefined;
    case Command.FLUSH:
      return offset === 0 && length === 0 ? undefined : 'stray-range';
    case Command.BLOCK_STATUS:
      if (contexts.length === 0) return 'no-context';
      return length === 0 ? 'empty' : undefined;
    case Command.RESIZE:
      if (length !== 0) return 'stray-range';
      return offset <= Number.MAX_SAFE_INTEGER ? undefined : 'size-too-large';
    default:
      return undefined;
  }
}
