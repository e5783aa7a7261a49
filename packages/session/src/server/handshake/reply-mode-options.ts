/**
 * The two options that agree on a form of replies, each better than the one before.
 * Spec: proto.md, "NBD_OPT_STRUCTURED_REPLY", "NBD_OPT_EXTENDED_HEADERS".
 *
 *   agreed on    STRUCTURED_REPLY                        EXTENDED_HEADERS
 *   simple       structured                              extended
 *   structured   ERR_INVALID (C-142)                     extended (C-144)
 *   extended     ERR_EXT_HEADER_REQD (C-143)             ERR_INVALID (C-145)
 *
 * A server that is told to agree on less does not know the option.
 */
import { Option, OptionReply, spellOption } from '@nbd/codec';
import type { ReplyMode } from '../../agreement/terms.ts';
import { type Refusal, unknownOption } from './refusal.ts';

const RANK: Readonly<Record<ReplyMode, number>> = { simple: 0, structured: 1, extended: 2 };

/** The mode that `option` leads to from `agreed`, or why it does not. `most` is the best that may be agreed on. */
export function nextReplyMode(
  option: number,
  agreed: ReplyMode,
  most: ReplyMode,
): ReplyMode | Refusal {
  const asked = option === Option.EXTENDED_HEADERS ? 'extended' : 'structured';
  if (RANK[asked] > RANK[most]) return unknownOption(option);
  if (RANK[asked] > RANK[agreed]) return asked;
  if (asked === agreed) {
    return {
      type: OptionReply.ERR_INVALID,
      text: `${spellOption(option)}: this is agreed on already`,
    };
  }
  return {
    type: OptionReply.ERR_EXT_HEADER_REQD,
    text: 'STRUCTURED_REPLY: extended headers are agreed on, and stay',
  };
}
