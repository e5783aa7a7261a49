/**
 * The errors that options are answered with, each with its text for the person at the other end.
 * Spec: proto.md, "Error types".
 */
import { measureText, Option, OptionReply, spellOption, WireError } from '@nbd/codec';
import { quote } from './quote.ts';

export interface Refusal {
  readonly type: OptionReply;
  readonly text: string;
}

export const SHUTTING_DOWN: Refusal = {
  type: OptionReply.ERR_SHUTDOWN,
  text: 'the server is shutting down',
};

export const TLS_FIRST: Refusal = {
  type: OptionReply.ERR_TLS_REQD,
  text: 'this server speaks with clients under TLS only: begin with STARTTLS',
};

export const NO_TLS: Refusal = {
  type: OptionReply.ERR_POLICY,
  text: 'this server has no TLS',
};

export const TLS_ALREADY: Refusal = {
  type: OptionReply.ERR_INVALID,
  text: 'STARTTLS: the connection is under TLS already',
};

export const NO_CHUNKS: Refusal = {
  type: OptionReply.ERR_INVALID,
  text: 'SET_META_CONTEXT: agree on STRUCTURED_REPLY or EXTENDED_HEADERS first',
};

/** What the entries of a list came from has failed. */
export const UNLISTABLE: Refusal = {
  type: OptionReply.ERR_PLATFORM,
  text: 'the exports cannot be listed now',
};

/** The answer to an option that this server does not know, or is told not to know (C-041, C-042). */
export function unknownOption(option: number): Refusal {
  return {
    type: OptionReply.ERR_UNSUP,
    text: `this server does not know the option ${quote(spellOption(option))}`,
  };
}

/** The answer to an option with more data than we keep (C-047). */
export function tooLong(option: number, bytesMax: number): Refusal {
  const isKnown = spellOption(option) in Option && option !== Option.PEEK_EXPORT;
  if (!isKnown) return unknownOption(option);
  return {
    type: OptionReply.ERR_TOO_BIG,
    text: `the data of an option may be ${bytesMax} bytes long`,
  };
}

/** The answer to data that is not what the option asks for. */
export function invalid(option: number, error: WireError): Refusal {
  return { type: OptionReply.ERR_INVALID, text: `${spellOption(option)}: ${error.message}` };
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

/**
 * Checks a name or a query that the client has sent, as the limit of this server has it.
 *
 * @throws WireError "bad-length"
 */
export function mustBeShort(name: string, bytesMax: number): void {
  const bytes = measureText(name);
  if (bytes > bytesMax) {
    throw new WireError('bad-length', `a name may be ${bytesMax} bytes long here, found ${bytes}`);
  }
}
