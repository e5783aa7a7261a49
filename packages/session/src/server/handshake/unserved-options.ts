/**
 * What is said to options that are not carried out: those we do not serve, and those that are not as
 * they must be.
 * Spec: proto.md, "Option types".
 */
import { Option, OptionReply, spellOption, WireError } from '@nbd/codec';
import { quote } from './option-replies.ts';

export interface Refusal {
  readonly type: OptionReply;
  readonly text: string;
}

/** The answer to an option that this server does not carry out. */
export function unserved(option: number, data: Uint8Array): Refusal {
  if (option !== Option.STARTTLS) return unknown(option);
  mustBeEmpty(data);
  return { type: OptionReply.ERR_POLICY, text: 'this server has no TLS' };
}

/** The answer to an option with more data than we keep (C-047). */
export function tooLong(option: number, bytesMax: number): Refusal {
  const isKnown = spellOption(option) in Option && option !== Option.PEEK_EXPORT;
  if (!isKnown) return unknown(option);
  return {
    type: OptionReply.ERR_TOO_BIG,
    text: `the data of an option may be ${bytesMax} bytes long`,
  };
}

/**
 * Checks the data of an option that carries none.
 *
 * @throws WireError "bad-length"
 */
export function mustBeEmpty(data: Uint8Array): void {
  if (data.length > 0) {
    throw new WireError('bad-length', `this option carries no data, found ${data.length} bytes`);
  }
}

function unknown(option: number): Refusal {
  return {
    type: OptionReply.ERR_UNSUP,
    text: `this server does not know the option ${quote(spellOption(option))}`,
  };
}
