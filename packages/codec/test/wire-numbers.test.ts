/** Every number of the wire, once more, from the tables of the specification. */
import { describe, expect, it } from 'vitest';
import * as codec from '../src/index.ts';

describe('the constants', () => {
  it('C-300 name each handshake and client flag, and no other bit', () => {
    expect(codec.HandshakeFlag).toEqual({ FIXED_NEWSTYLE: 1, NO_ZEROES: 2 });
    expect(codec.ClientFlag).toEqual({ FIXED_NEWSTYLE: 1, NO_ZEROES: 2 });
  });

  it('C-300 S-42 name each transmission flag by its bit, and no other bit', () => {
    expect(codec.TransmissionFlag).toEqual({
      HAS_FLAGS: 1 << 0,
      READ_ONLY: 1 << 1,
      SEND_FLUSH: 1 << 2,
      SEND_FUA: 1 << 3,
      ROTATIONAL: 1 << 4,
      SEND_TRIM: 1 << 5,
      SEND_WRITE_ZEROES: 1 << 6,
      SEND_DF: 1 << 7,
      CAN_MULTI_CONN: 1 << 8,
      SEND_RESIZE: 1 << 9,
      SEND_CACHE: 1 << 10,
      SEND_FAST_ZERO: 1 << 11,
      BLOCK_STATUS_PAYLOAD: 1 << 12,
    });
  });

  it('name each option', () => {
    expect(codec.Option).toEqual({
      EXPORT_NAME: 1,
      ABORT: 2,
      LIST: 3,
      PEEK_EXPORT: 4,
      STARTTLS: 5,
      INFO: 6,
      GO: 7,
      STRUCTURED_REPLY: 8,
      LIST_META_CONTEXT: 9,
      SET_META_CONTEXT: 10,
      EXTENDED_HEADERS: 11,
    });
  });

  it('name each option reply, and write errors as unsigned numbers', () => {
    expect(codec.OptionReply).toEqual({
      ACK: 1,
      SERVER: 2,
      INFO: 3,
      META_CONTEXT: 4,
      ERR_UNSUP: 2147483649,
      ERR_POLICY: 2147483650,
      ERR_INVALID: 2147483651,
      ERR_PLATFORM: 2147483652,
      ERR_TLS_REQD: 2147483653,
      ERR_UNKNOWN: 2147483654,
      ERR_SHUTDOWN: 2147483655,
      ERR_BLOCK_SIZE_REQD: 2147483656,
      ERR_TOO_BIG: 2147483657,
      ERR_EXT_HEADER_REQD: 2147483658,
    });
  });

  it('C-300 S-17 name four information types, and no fifth', () => {
    expect(codec.Info).toEqual({ EXPORT: 0, NAME: 1, DESCRIPTION: 2, BLOCK_SIZE: 3 });
  });

  it('E-24 name each command', () => {
    expect(codec.Command).toEqual({
      READ: 0,
      WRITE: 1,
      DISC: 2,
      FLUSH: 3,
      TRIM: 4,
      CACHE: 5,
      WRITE_ZEROES: 6,
      BLOCK_STATUS: 7,
      RESIZE: 8,
    });
  });

  it('S-42 name each command flag by its bit', () => {
    expect(codec.CommandFlag).toEqual({
      FUA: 1 << 0,
      NO_HOLE: 1 << 1,
      DF: 1 << 2,
      REQ_ONE: 1 << 3,
      FAST_ZERO: 1 << 4,
      PAYLOAD_LEN: 1 << 5,
    });
  });

  it('C-300 name one reply flag, and no other bit', () => {
    expect(codec.ReplyFlag).toEqual({ DONE: 1 });
  });

  it('C-300 name each chunk type, and leave 3 and 4 unassigned', () => {
    expect(codec.ChunkType).toEqual({
      NONE: 0,
      OFFSET_DATA: 1,
      OFFSET_HOLE: 2,
      BLOCK_STATUS: 5,
      BLOCK_STATUS_EXT: 6,
      ERROR: 32769,
      ERROR_OFFSET: 32770,
    });
  });

  it('C-300 name each error value, and no other', () => {
    expect(codec.ErrorCode).toEqual({
      OK: 0,
      EPERM: 1,
      EIO: 5,
      ENOMEM: 12,
      EINVAL: 22,
      ENOSPC: 28,
      EOVERFLOW: 75,
      ENOTSUP: 95,
      ESHUTDOWN: 108,
    });
  });

  it('name both allocation flags', () => {
    expect(codec.AllocationFlag).toEqual({ HOLE: 1, ZERO: 2 });
  });

  it('C-301 are the five magics of the transmission phase, and none that is reserved', () => {
    const magics = Object.entries(codec).filter(([name]) => name.endsWith('_MAGIC'));
    expect(Object.fromEntries(magics)).toEqual({
      REQUEST_MAGIC: 0x25609513,
      EXTENDED_REQUEST_MAGIC: 0x21e41c71,
      SIMPLE_REPLY_MAGIC: 0x67446698,
      STRUCTURED_REPLY_MAGIC: 0x668e33ef,
      EXTENDED_REPLY_MAGIC: 0x6e8a278c,
    });
    const reserved = new Set([0x12560953, 0x96744668, 0x25609514]);
    expect(magics.filter(([, magic]) => reserved.has(Number(magic)))).toEqual([]);
  });

  it('are the sizes of all messages of fixed size, the port, and the longest string', () => {
    const sizes = Object.entries(codec).filter(([name]) => name.endsWith('_BYTES'));
    expect(Object.fromEntries(sizes)).toEqual({
      BLOCK_STATUS_EXTENT_BYTES: 8,
      BLOCK_STATUS_EXT_EXTENT_BYTES: 16,
      BLOCK_STATUS_EXT_HEAD_BYTES: 8,
      BLOCK_STATUS_HEAD_BYTES: 4,
      CLIENT_FLAGS_BYTES: 4,
      EXTENDED_CHUNK_HEADER_BYTES: 32,
      EXTENDED_DATA_CHUNK_BYTES: 40,
      EXTENDED_REQUEST_BYTES: 32,
      GREETING_BYTES: 18,
      GREETING_STYLE_BYTES: 16,
      OFFSET_DATA_HEAD_BYTES: 8,
      OFFSET_HOLE_BYTES: 12,
      OLDSTYLE_GREETING_BYTES: 152,
      OPTION_HEADER_BYTES: 16,
      OPTION_REPLY_HEADER_BYTES: 20,
      REQUEST_BYTES: 28,
      SIMPLE_REPLY_BYTES: 16,
      STRUCTURED_CHUNK_HEADER_BYTES: 20,
      STRUCTURED_DATA_CHUNK_BYTES: 28,
    });
    expect(codec.DEFAULT_PORT).toBe(10809);
    expect(codec.STRING_BYTES_MAX).toBe(4096);
  });
});
