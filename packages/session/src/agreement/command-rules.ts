/**
 * What the protocol says of each command: which side a request comes to or from makes no difference.
 * Spec: proto.md, "Request types".
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
import { Command, CommandFlag, TransmissionFlag } from '@nbd/codec';

export interface CommandRule {
  /** Whether offset and length name a part of the export. */
  readonly ranged: boolean;
  /** Changes the export, so it is not for a read-only one (C-184). */
  readonly writes: boolean;
  /** The CommandFlag bits that it may carry, beside those of `featureFlags`. */
  readonly flags: number;
  /** The TransmissionFlag without which it may not be asked; 0 for none. */
  readonly needs: number;
}

const RANGED: CommandRule = { ranged: true, writes: false, flags: 0, needs: 0 };
const WRITES: CommandRule = { ...RANGED, writes: true };

/** By command number; undefined for DISC, which has no reply, and for numbers that are no command. */
export const COMMAND_RULES: readonly (CommandRule | undefined)[] = ruleTable([
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

/** The flags that a request of `type` may carry because a feature of the export is advertised. */
export function featureFlags(type: number, advertised: number): number {
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

function ruleTable(rules: readonly (readonly [Command, CommandRule])[]) {
  const table: (CommandRule | undefined)[] = [];
  for (const [command, rule] of rules) table[command] = rule;
  return table;
}
