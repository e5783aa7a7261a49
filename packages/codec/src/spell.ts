/** Names for the numbers of the protocol, as logs and dissectors show them. */
import { ClientFlag } from './handshake/client-flag.ts';
import { HandshakeFlag } from './handshake/handshake-flag.ts';
import { Info } from './handshake/info.ts';
import { OptionReply } from './handshake/option-reply.ts';
import { Option } from './handshake/option.ts';
import { TransmissionFlag } from './handshake/transmission-flag.ts';
import { AllocationFlag } from './transmission/allocation-flag.ts';
import { ChunkType } from './transmission/chunk-type.ts';
import { CommandFlag } from './transmission/command-flag.ts';
import { Command } from './transmission/command.ts';
import { ErrorCode } from './transmission/error-code.ts';
import { ReplyFlag } from './transmission/reply-flag.ts';

type Names = Readonly<Record<string, number>>;

/** 7 is "GO"; a number that is no Option is hexadecimal, "0x7654321". */
export function spellOption(option: number): string {
  return spell(Option, option);
}

/** 0x80000001 is "ERR_UNSUP"; a number that is no OptionReply is hexadecimal. */
export function spellOptionReply(type: number): string {
  return spell(OptionReply, type);
}

/** 3 is "BLOCK_SIZE"; a number that is no Info is hexadecimal. */
export function spellInfo(info: number): string {
  return spell(Info, info);
}

/** 6 is "WRITE_ZEROES"; a number that is no Command is hexadecimal. */
export function spellCommand(type: number): string {
  return spell(Command, type);
}

/** 1 is "OFFSET_DATA"; a number that is no ChunkType is hexadecimal. */
export function spellChunkType(type: number): string {
  return spell(ChunkType, type);
}

/** 22 is "EINVAL"; a number that is no ErrorCode is hexadecimal. */
export function spellErrorCode(error: number): string {
  return spell(ErrorCode, error);
}

/** 3 is "FIXED_NEWSTYLE|NO_ZEROES"; unknown bits are one hexadecimal number at the end, none is "0x0". */
export function spellHandshakeFlags(flags: number): string {
  return spellFlags(HandshakeFlag, flags);
}

/** As `spellHandshakeFlags`, of ClientFlag. */
export function spellClientFlags(flags: number): string {
  return spellFlags(ClientFlag, flags);
}

/** As `spellHandshakeFlags`, of TransmissionFlag. */
export function spellTransmissionFlags(flags: number): string {
  return spellFlags(TransmissionFlag, flags);
}

/** As `spellHandshakeFlags`, of CommandFlag. */
export function spellCommandFlags(flags: number): string {
  return spellFlags(CommandFlag, flags);
}

/** As `spellHandshakeFlags`, of ReplyFlag. */
export function spellReplyFlags(flags: number): string {
  return spellFlags(ReplyFlag, flags);
}

/** As `spellHandshakeFlags`, of AllocationFlag: the flags of "base:allocation" extents. */
export function spellAllocationFlags(flags: number): string {
  return spellFlags(AllocationFlag, flags);
}

function spell(names: Names, value: number): string {
  for (const [name, number] of Object.entries(names)) {
    if (number === value) return name;
  }
  return hexadecimal(value);
}

/** Subtracts rather than masks, because status flags may be wider than the 32 bits of `&`. */
function spellFlags(names: Names, flags: number): string {
  const parts: string[] = [];
  let unknown = flags;
  for (const [name, bit] of Object.entries(names)) {
    if (Math.floor(flags / bit) % 2 === 1) {
      parts.push(name);
      unknown -= bit;
    }
  }
  if (unknown > 0 || parts.length === 0) parts.push(hexadecimal(unknown));
  return parts.join('|');
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`;
}
