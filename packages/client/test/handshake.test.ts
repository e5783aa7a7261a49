/** How a client gets to an export, and how it does not. */
import { createServer } from 'node:net';
import { Command, Option, OptionReply, TransmissionFlag } from '@nbd/codec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, info, list } from '../src/index.ts';
import { scriptedServer } from './scripted-server.ts';

describe('the options', () => {
  it('are asked in the order TLS, extended headers, structured replies, contexts, GO (K-009)', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { tls: 'prefer' });
    expect(server.options).toEqual([
      Option.STARTTLS,
      Option.EXTENDED_HEADERS,
      Option.STRUCTURED_REPLY,
      Option.GO,
    ]);
    expect(client.info.framing).toBe('simple');
    await client.close();
    expect(server.disconnects).toBe(1);
  });

  it('no better framing is asked for than the caller wants', async () => {
    const server = await scriptedServer();
    const client = await connect(server.uri, { framing: 'simple' });
    expect(server.options).toEqual([Option.GO]);
    await client.close();
  });

  it('a server without GO is entered by EXPORT_NAME (K-012)', async () => {
    const server = await scriptedServer();
    server.refusals.set(Option.GO, OptionReply.ERR_UNSUP);
    const client = await connect(server.uri);
    expect(server.options.slice(-2)).toEqual([Option.GO, Option.EXPORT_NAME]);
    expect(client.size).toBe(2 ** 20);
    await client.close();
  });

  it('an export that is refused is left with ABORT, and the error has the code of the option (K-012)', async () => {
    const server = await scriptedServer();
    server.refusals.set(Option.GO, OptionReply.ERR_UNKNOWN);
    await expect(connect(server.uri, { exportName: 'other' })).rejects.toMatchObject({
      name: 'NbdError',
      code: 'ERR_UNKNOWN',
      message: expect.stringContaining('"other"'),
    });
    await server.until(() => server.options.includes(Option.ABORT));
    expect(server.options).not.toContain(Option.EXPORT_NAME);
  });

  it('a server that shuts down is told ABORT, and asked nothing more (K-013)', async () => {
    const server = await scriptedServer();
    server.refusals.set(Option.EXTENDED_HEADERS, OptionReply.ERR_SHUTDOWN);
    await expect(connect(server.uri)).rejects.toMatchObject({ code: 'ERR_SHUTDOWN' });
    await server.until(() => server.options.includes(Option.ABORT));
    expect(server.options).toEqual([Option.EXTENDED_HEADERS, Option.ABORT]);
  });

  it('info and list of a server that has neither say so, or use what there is', async () => {
    const server = await scriptedServer();
    await expect(list(server.uri)).rejects.toMatchObject({ code: 'ERR_UNSUP' });
    expect(await info(server.uri)).toMatchObject({
      size: 2 ** 20,
      framing: 'simple',
      contexts: [],
    });
  });
});

describe('TLS (K-010, K-011)', () => {
  it('that is required and refused is an error, and nothing is asked in the clear (K-002)', async () => {
    const server = await scriptedServer();
    await expect(connect(server.uri.replace('nbd:', 'nbds:'))).rejects.toMatchObject({
      code: 'ERR_UNSUP',
    });
    await server.until(() => server.options.includes(Option.ABORT));
    expect(server.options).toEqual([Option.STARTTLS, Option.ABORT]);
  });

  it('is not asked for behind the back of the caller', async () => {
    const server = await scriptedServer();
    await (await connect(server.uri)).close();
    expect(server.options).not.toContain(Option.STARTTLS);
  });

  it('cannot be talked out of by options, nor can URIs choose files (K-037)', async () => {
    await expect(connect('nbds://127.0.0.1:1/', { tls: 'prefer' })).rejects.toThrow(TypeError);
    await expect(connect('nbds://127.0.0.1:1/?tls-certificates=/pki')).rejects.toThrow(
      'uriMayNameFiles',
    );
    await expect(connect('nbds://127.0.0.1:1/?tls-type=anon')).rejects.toThrow('tls-type=anon');
    await expect(connect('nbds://127.0.0.1:1/?tls-type=psk')).rejects.toThrow('needs a key');
  });
});

describe('connecting', () => {
  it('ends with ETIMEDOUT when the server says nothing', async () => {
    const server = await scriptedServer();
    server.greets = false;
    await expect(connect(server.uri, { connectTimeout: 20 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
  });

  it('ends at once with the reason of the signal', async () => {
    const server = await scriptedServer();
    server.greets = false;
    const controller = new AbortController();
    const connecting = connect(server.uri, { signal: controller.signal });
    await server.until(() => server.connections === 1);
    controller.abort(new Error('enough'));
    await expect(connecting).rejects.toThrow('enough');
    await expect(connect(server.uri, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });

  it('says what the system says', async () => {
    const server = await scriptedServer();
    const { uri } = server;
    server.stop();
    await expect(connect(uri)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(connect('nbd+unix:///?socket=/nowhere/nbd.sock')).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await expect(connect('nbd+vsock://2/')).rejects.toMatchObject({ code: 'EAFNOSUPPORT' });
  });

  it('to something that is no NBD server is EPROTO (K-001)', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    await expect(connect(`nbd://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'EPROTO' });
  });

  it.runIf(process.platform === 'linux')('reaches abstract sockets (K-036)', async () => {
    const name = `nbd-client-test-${process.pid}`;
    const server = createServer((socket) => socket.end('NBD'));
    await new Promise<void>((resolve) => server.listen(`\0${name}`, resolve));
    onTestFinished(() => void server.close());
    await expect(connect(`nbd+unix:///?socket=%00${name}`)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ECONNRESET|EPROTO)$/),
    });
  });
});

it('a server that answers ESHUTDOWN is told DISC, once what is in flight is answered (K-013, K-034)', async () => {
  const server = await scriptedServer();
  server.flags |= TransmissionFlag.SEND_CACHE;
  const client = await connect(server.uri);
  const cached = client.cache(0, 512);
  const read = client.read(0, 4);
  await server.until(() => server.asked.length === 2);
  const [cache, other] = server.asked;
  expect(cache?.type).toBe(Command.CACHE);
  cache?.answer(108);
  await expect(cached).rejects.toMatchObject({ code: 'ESHUTDOWN' });
  expect(server.disconnects).toBe(0);
  other?.answer(0, new Uint8Array([1, 2, 3, 4]));
  expect(await read).toEqual(new Uint8Array([1, 2, 3, 4]));
  await server.until(() => server.disconnects === 1);
  await client.close();
});
