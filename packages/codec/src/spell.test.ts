import { describe, expect, it } from 'vitest';
import * as codec from './index.ts';

describe('a number', () => {
  it.each([
    ['Option', codec.spellOption, codec.Option],
    ['OptionReply', codec.spellOptionReply, codec.OptionReply],
    ['Info', codec.spellInfo, codec.Info],
    ['Command', codec.spellCommand, codec.Command],
    ['ChunkType', codec.spellChunkType, codec.ChunkType],
    ['ErrorCode', codec.spellErrorCode, codec.ErrorCode],
  ])('of %s is spelled by its name', (_kind, spell, names) => {
    for (const [name, number] of Object.entries(names)) expect(spell(number)).toBe(name);
  });

  it('that has no name is hexadecimal', () => {
    expect(codec.spellOption(0x7654321)).toBe('0x7654321');
    expect(codec.spellOptionReply(0xffff_ffff)).toBe('0xffffffff');
    expect(codec.spellChunkType(3)).toBe('0x3');
  });
});

describe('flags', () => {
  it.each([
    ['HandshakeFlag', codec.spellHandshakeFlags, codec.HandshakeFlag],
    ['ClientFlag', codec.spellClientFlags, codec.ClientFlag],
    ['TransmissionFlag', codec.spellTransmissionFlags, codec.TransmissionFlag],
    ['CommandFlag', codec.spellCommandFlags, codec.CommandFlag],
    ['ReplyFlag', codec.spellReplyFlags, codec.ReplyFlag],
    ['AllocationFlag', codec.spellAllocationFlags, codec.AllocationFlag],
  ])('of %s are spelled one by one and all together', (_kind, spell, names) => {
    let all = 0;
    for (const [name, bit] of Object.entries(names)) {
      expect(spell(bit)).toBe(name);
      all += bit;
    }
    expect(spell(all)).toBe(Object.keys(names).join('|'));
  });

  it('that are not set are 0x0', () => {
    expect(codec.spellCommandFlags(0)).toBe('0x0');
  });

  it('that have no name are one hexadecimal number at the end', () => {
    const { FUA, DF } = codec.CommandFlag;
    expect(codec.spellCommandFlags(FUA | DF)).toBe('FUA|DF');
    expect(codec.spellCommandFlags(FUA | 0xc000)).toBe('FUA|0xc000');
    expect(codec.spellClientFlags(0x8000_0001)).toBe('FIXED_NEWSTYLE|0x80000000');
    expect(codec.spellAllocationFlags(2 ** 40 + 3)).toBe('HOLE|ZERO|0x10000000000');
  });
});
