/** Memory of the caller: it is the caller's again when the promise settles, whatever the server does. */
import { describe, expect, it } from 'vitest';
import { connect } from '../src/index.ts';
import { answer, letIn, nextRequest, rawServer } from './raw-server.ts';

/** More than the buffers of two sockets hold. */
const LENGTH = 32 * 2 ** 20;

/** A promise that a test keeps. */
class Moment {
  come!: () => void;
  readonly here: Promise<void> = new Promise((resolve) => {
    this.come = resolve;
  });
}

describe('the payload of a write', () => {
  it('is lent until all of it has left, though the server answers before it has read it', async () => {
    const mayRead = new Moment();
    let payload: Uint8Array | undefined;
    const uri = await rawServer(async (peer) => {
      await letIn(peer, LENGTH);
      const write = await nextRequest(peer);
      peer.socket.pause();
      answer(peer, write);
      await mayRead.here;
      peer.socket.resume();
      payload = await peer.take(write.length);
      answer(peer, await nextRequest(peer), 1);
    });
    const client = await connect(uri);
    const source = new Uint8Array(LENGTH).fill(1);
    let settled = false;
    const write = client.write(source, 0).finally(() => {
      settled = true;
      source.fill(2);
    });
    const read = client.read(0, 1);
    await expect.poll(() => client.connections).toBe(1);
    expect(settled).toBe(false);
    mayRead.come();
    await write;
    await read;
    expect(payload?.includes(2)).toBe(false);
    await client.close({ signal: AbortSignal.abort() });
  });

  it('is not sent any more when the write has failed, though the server still reads', async () => {
    const mayRead = new Moment();
    const over = new Moment();
    let whole = false;
    const uri = await rawServer(async (peer) => {
      await letIn(peer, LENGTH);
      const write = await nextRequest(peer);
      peer.socket.pause();
      peer.socket.end();
      await mayRead.here;
      peer.socket.resume();
      try {
        await peer.take(write.length);
        whole = true;
      } finally {
        over.come();
      }
    });
    const client = await connect(uri);
    const write = client.write(new Uint8Array(LENGTH), 0);
    await expect(write).rejects.toMatchObject({ code: 'ECONNRESET' });
    mayRead.come();
    await over.here;
    expect(whole).toBe(false);
    await client.close();
  });

  it('does not keep a client that cuts its connections, when the server has answered and not read', async () => {
    const uri = await rawServer(async (peer) => {
      await letIn(peer, LENGTH);
      const write = await nextRequest(peer);
      peer.socket.pause();
      answer(peer, write);
    });
    const client = await connect(uri);
    const write = client.write(new Uint8Array(LENGTH), 0);
    await expect.poll(() => client.connections).toBe(1);
    await client.close({ signal: AbortSignal.timeout(50) });
    await write;
  });
});
