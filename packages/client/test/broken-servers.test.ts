/** Servers that break the protocol, and addresses that are none: what the caller is told. */
import { encodeExportNameReply, HandshakeFlag, measureExportNameReply, Option } from '@nbd/codec';
import { describe, expect, it } from 'vitest';
import { connect } from '../src/index.ts';
import { greet, nextOption, rawServer } from './raw-server.ts';
import { message } from './scripted-server.ts';

describe('EXPORT_NAME', () => {
  it('that is answered with nonsense is not the fault of the name (K-016)', async () => {
    const uri = await rawServer(async (peer) => {
      await greet(peer, HandshakeFlag.NO_ZEROES);
      expect(await nextOption(peer)).toBe(Option.EXPORT_NAME);
      const reply = { size: 2 ** 60, transmissionFlags: 1, zeroes: false };
      const bytes = measureExportNameReply(reply);
      peer.socket.write(message(bytes, (view) => encodeExportNameReply(view, 0, reply)));
    });
    await expect(connect(uri)).rejects.toMatchObject({
      code: 'EPROTO',
      message: expect.stringContaining('export-too-large'),
    });
  });

  it('that is answered with an end is', async () => {
    const uri = await rawServer(async (peer) => {
      await greet(peer, HandshakeFlag.NO_ZEROES);
      await nextOption(peer);
      peer.socket.end();
    });
    await expect(connect(`${uri}%C2%9Bnone`)).rejects.toMatchObject({
      code: 'ERR_UNKNOWN',
      message: 'cannot enter the export "\\u009bnone": the server has closed',
    });
  });
});

describe('a Unix socket', () => {
  it.each([
    ['/tmp/a.sock%00b', 'not the path'],
    [`/tmp/${'x'.repeat(4096)}`, 'at most'],
  ])('is not looked for at a part of its path: %s', async (path, text) => {
    const uri = `nbd+unix:///?socket=${path}`;
    await expect(connect(uri)).rejects.toThrow(TypeError);
    await expect(connect(uri)).rejects.toThrow(text);
  });

  it('without a path is no TCP socket', async () => {
    await expect(connect({ address: { kind: 'unix', path: '' } })).rejects.toThrow(TypeError);
  });
});
