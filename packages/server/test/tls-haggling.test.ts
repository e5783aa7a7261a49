/** What may be said before TLS, and what after it, on each kind of listener. Spec: proto.md, "TLS support". */
import { ErrorCode, Option, OptionReply } from '@nbd/codec';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, test } from 'vitest';
import { content, go, naming, option, optionHead, read, write } from './client-bytes.ts';
import { certificates, enterUnderTls, haggleUnderTls, secured, startTls } from './secure-client.ts';
import { READS, serving, temporaryFolder, TCP } from './serving.ts';
import { enter, haggle, type SocketClient } from './socket-client.ts';

const ON = { mode: 'on', certificates: certificates() } as const;
const REQUIRED = { certificates: certificates() };
const NAME = Uint8Array.from(Buffer.from('open'));

/** An export for all, and one for connections under TLS. */
function twoExports() {
  const size = 65_536;
  return {
    open: memoryDriver({ size }),
    sealed: { driver: memoryDriver({ size }), tls: 'require' },
  } as const;
}

/** The final reply to what was said. */
async function finalReply(client: SocketClient, ...parts: readonly Uint8Array[]): Promise<number> {
  client.says(...parts);
  for (;;) {
    const { type } = await client.hearsOptionReply();
    if (type === OptionReply.ACK || type >= 0x8000_0000) return type;
  }
}

/** The names of a list. */
async function list(client: SocketClient): Promise<readonly string[]> {
  const names: string[] = [];
  client.says(option(Option.LIST));
  for (;;) {
    const { type, data } = await client.hearsOptionReply();
    if (type === OptionReply.ACK) return names;
    names.push(Buffer.from(data.subarray(4)).toString());
  }
}

describe.each(READS)('reads: %s', (reads) => {
  test('C-082 C-083 C-086 a client goes on haggling under TLS, where STARTTLS is invalid', async () => {
    const server = await serving({ reads, tls: REQUIRED });
    const client = await haggleUnderTls(server);
    expect(await finalReply(client, option(Option.STARTTLS))).toBe(OptionReply.ERR_INVALID);
    expect(await list(client)).toEqual(['disk']);
    expect(await finalReply(client, go('none'))).toBe(OptionReply.ERR_UNKNOWN);
    expect(await finalReply(client, go('disk'))).toBe(OptionReply.ACK);
    client.says(write(512, content(512), 1), read(512, 512, 2));
    expect(await client.hearsReply()).toMatchObject({ error: 0, cookie: 1 });
    expect(await client.hearsReply(512)).toEqual({ error: 0, cookie: 2, data: content(512) });
  });

  test('C-080 a server without TLS refuses STARTTLS by policy, and never demands it', async () => {
    const server = await serving({ listen: TCP, reads });
    const client = await haggle(server);
    expect(await finalReply(client, option(Option.STARTTLS))).toBe(OptionReply.ERR_POLICY);
    expect(await finalReply(client, go('disk'))).toBe(OptionReply.ACK);
  });

  test('C-080 so does an address whose mode is off, beside one that requires it', async () => {
    const server = await serving({
      reads,
      listen: ['nbd://127.0.0.1:0', 'nbds://127.0.0.1:0'],
      tls: { ...ON, mode: 'off' },
    });
    expect(server.uris.map((uri) => uri.split(':')[0])).toEqual(['nbd', 'nbds']);
    const client = await haggle(server);
    expect(await finalReply(client, option(Option.STARTTLS))).toBe(OptionReply.ERR_POLICY);
    expect(await finalReply(client, go('disk'))).toBe(OptionReply.ACK);
  });

  test.each([ON, REQUIRED])(
    'C-081 STARTTLS with data is invalid, and begins nothing',
    async (tls) => {
      const server = await serving({ reads, tls });
      const client = await haggle(server);
      const withData = option(Option.STARTTLS, Uint8Array.of(1, 2, 3));
      expect(await finalReply(client, withData)).toBe(OptionReply.ERR_INVALID);
      expect(await finalReply(client, option(Option.STARTTLS))).toBe(OptionReply.ACK);
      await secured(client);
    },
  );

  test('C-084 C-060 where TLS is required, everything else waits for it, and ABORT does not', async () => {
    const server = await serving({ reads, tls: REQUIRED });
    const client = await haggle(server);
    for (const asked of [
      option(Option.LIST),
      naming(Option.INFO, 'disk'),
      go('disk'),
      option(Option.STRUCTURED_REPLY),
      option(Option.EXTENDED_HEADERS),
      option(Option.SET_META_CONTEXT, content(50)),
      option(77, content(1000)),
    ]) {
      expect(await finalReply(client, asked)).toBe(OptionReply.ERR_TLS_REQD);
    }
    expect(await finalReply(client, option(Option.ABORT))).toBe(OptionReply.ACK);
    await client.closed;
  });

  test('C-085 where TLS is required, EXPORT_NAME closes without a word', async () => {
    const server = await serving({ reads, tls: REQUIRED });
    const client = await haggle(server);
    client.says(option(Option.EXPORT_NAME, NAME));
    expect(await client.hearsRest()).toHaveLength(0);
    await client.closed;
  });

  test('C-026 where TLS is required, a client that cannot haggle is closed at its first option', async () => {
    const server = await serving({ reads, tls: REQUIRED });
    const client = await haggle(server, 0);
    client.says(option(Option.STARTTLS));
    expect(await client.hearsRest()).toHaveLength(0);
  });

  test('C-087 C-089 C-067 where TLS is offered, what requires it is neither told nor opened in the clear', async () => {
    const server = await serving({ reads, tls: ON, exports: twoExports() });
    const client = await haggle(server);
    expect(await list(client)).toEqual(['open']);
    expect(await finalReply(client, naming(Option.INFO, 'sealed'))).toBe(OptionReply.ERR_TLS_REQD);
    expect(await finalReply(client, go('sealed'))).toBe(OptionReply.ERR_TLS_REQD);
    expect(await finalReply(client, go('none'))).toBe(OptionReply.ERR_UNKNOWN);
    expect(await finalReply(client, go('open'))).toBe(OptionReply.ACK);
    client.says(read(0, 512));
    expect(await client.hearsReply(512)).toMatchObject({ error: 0 });
  });

  test('C-087 where TLS is offered, EXPORT_NAME of what requires it closes without a word', async () => {
    const server = await serving({ reads, tls: ON, exports: twoExports() });
    const client = await haggle(server);
    client.says(option(Option.EXPORT_NAME, Uint8Array.from(Buffer.from('sealed'))));
    expect(await client.hearsRest()).toHaveLength(0);
  });

  test('C-086 where TLS is offered, both exports are there under it', async () => {
    const server = await serving({ reads, tls: ON, exports: twoExports() });
    const client = await haggleUnderTls(server);
    expect(await list(client)).toEqual(['open', 'sealed']);
    expect(await finalReply(client, go('sealed'))).toBe(OptionReply.ACK);
  });

  test('C-091 C-160 what was agreed on in the clear is forgotten: requests are answered simply', async () => {
    const server = await serving({ reads, tls: ON });
    const client = await haggle(server);
    expect(await finalReply(client, option(Option.STRUCTURED_REPLY))).toBe(OptionReply.ACK);
    expect(await finalReply(client, option(Option.STARTTLS))).toBe(OptionReply.ACK);
    const under = await secured(client);
    expect(await finalReply(under, go('disk'))).toBe(OptionReply.ACK);
    under.says(read(0, 512, 9));
    expect(await under.hearsReply(512)).toMatchObject({ error: 0, cookie: 9 });
  });

  test('C-045 a long option that has to wait for TLS is drained, and the next one is understood', async () => {
    const server = await serving({ reads, tls: REQUIRED });
    const client = await haggle(server);
    client.says(optionHead(Option.LIST_META_CONTEXT, 100_000), content(100_000));
    expect((await client.hearsOptionReply()).type).toBe(OptionReply.ERR_TLS_REQD);
    expect(await finalReply(client, option(Option.STARTTLS))).toBe(OptionReply.ACK);
    await secured(client);
  });
});

test('C-087 an export that requires TLS is told so under the empty name, too', async () => {
  const sealed = { driver: memoryDriver({ size: 512 }), tls: 'require' } as const;
  const server = await serving({ tls: ON, exports: { sealed } });
  const client = await haggle(server);
  expect(await finalReply(client, go(''))).toBe(OptionReply.ERR_TLS_REQD);
  await enterUnderTls(server, {}, '');
});

test('C-030 C-084 a disk is not opened for who has not passed TLS', async () => {
  let opened = 0;
  const disk = () => {
    opened++;
    return memoryDriver({ size: 512 });
  };
  const server = await serving({ tls: REQUIRED, exports: { disk } });
  const client = await haggle(server);
  await finalReply(client, go('disk'));
  await finalReply(client, naming(Option.INFO, 'disk'));
  expect(opened).toBe(0);
  await enterUnderTls(server);
  expect(opened).toBe(1);
});

test('C-097 clients in the clear and under TLS are served beside each other', async () => {
  const server = await serving({ tls: ON });
  const [clear, under] = [await enter(server), await enterUnderTls(server)];
  clear.says(write(0, content(4096)));
  expect(await clear.hearsReply()).toMatchObject({ error: 0 });
  under.says(read(0, 4096));
  expect(await under.hearsReply(4096)).toMatchObject({ error: 0, data: content(4096) });
  under.says(read(2 ** 20, 1));
  expect(await under.hearsReply()).toMatchObject({ error: ErrorCode.EINVAL });
});

test('C-082 a Unix socket can be put under TLS like any other', async () => {
  const listen = `nbds+unix:///?socket=${temporaryFolder()}/nbd.sock`;
  const server = await serving({ listen, tls: REQUIRED });
  expect(server.uris).toEqual([listen.replace('///', '///disk')]);
  const client = await secured(await startTls(server));
  expect(await finalReply(client, go('disk'))).toBe(OptionReply.ACK);
});
