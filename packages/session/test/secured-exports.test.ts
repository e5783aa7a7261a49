/** Spec: "TLS support": what a served session does when TLS is asked for, and for exports that demand it. */
import { Info, Option, OptionReply } from '@nbd/codec';
import type { ExportContext, ExportSource, TlsPeer } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { BufferPool, type EndReason, serveChannel, type TlsMode } from '../src/index.ts';
import {
  clientFlags,
  concat,
  contextsOption,
  disconnect,
  exportNameOption,
  go,
  infoOption,
  option,
} from './client-bytes.ts';
import { countingSource } from './counting-source.ts';
import { expectBytes } from './expectations.ts';
import { ScriptedChannel } from './scripted-channel.ts';
import { CONTEXT, quiet } from './served-conversation.ts';
import { ack, listed } from './server-bytes.ts';

const ALICE: TlsPeer = { identity: 'CN=alice', fingerprint: 'AB:CD' };

/** A channel whose TLS is in a test's hands. */
class TlsChannel extends ScriptedChannel {
  #handshake: { resolve: (peer: TlsPeer) => void; reject: (error: Error) => void } | undefined;

  secure(): Promise<TlsPeer> {
    return new Promise((resolve, reject) => {
      this.#handshake = { resolve, reject };
    });
  }

  get isAsked(): boolean {
    return this.#handshake !== undefined;
  }

  async shakesHands(): Promise<void> {
    this.#handshake?.resolve(ALICE);
    await quiet();
  }

  async fails(): Promise<void> {
    this.#handshake?.reject(new Error('no common cipher'));
    await quiet();
  }
}

/** Exports "open" and "secret", of which the second is for TLS only. */
function source(): ExportSource & { readonly log: string[]; readonly seen: ExportContext[] } {
  const counting = countingSource();
  const seen: ExportContext[] = [];
  return {
    ...counting,
    seen,
    list: () => [{ name: 'open' }, { name: 'secret' }],
    requiresTls: (name) => name === 'secret',
    open(name, context) {
      seen.push(context);
      return counting.open(name, context);
    },
  };
}

function served(tls: TlsMode, exports: ExportSource = source()) {
  const channel = new TlsChannel();
  const pool = new BufferPool();
  const reasons: EndReason[] = [];
  const peers: TlsPeer[] = [];
  const session = serveChannel(channel, {
    exports,
    context: CONTEXT,
    tls,
    pool,
    observer: {
      ended: (reason) => void reasons.push(reason),
      secured: (peer) => void peers.push(peer),
    },
  });
  channel.receives(clientFlags(3));
  channel.heard();
  return { channel, pool, reasons, peers, session };
}

/** Says one option and answers what is heard of it. */
async function ask(channel: ScriptedChannel, bytes: Uint8Array): Promise<Uint8Array> {
  channel.receives(bytes);
  await quiet();
  return channel.heard();
}

/** The type in the head of an option reply. */
function typeOf(reply: Uint8Array): number {
  return new DataView(reply.buffer, reply.byteOffset).getUint32(12);
}

describe('in the clear, an export for TLS only', () => {
  test.each([Option.INFO, Option.GO])(
    'C-087 C-088 is answered TLS_REQD by option %i, without a word before it, and is not opened',
    async (number) => {
      const exports = source();
      const { channel } = served('on', exports);
      const reply = await ask(channel, infoOption(number, 'secret', Info.NAME));
      expect(typeOf(reply)).toBe(OptionReply.ERR_TLS_REQD);
      expect(exports.log).toEqual([]);
    },
  );

  test('C-087 C-071 is refused to EXPORT_NAME without a byte', async () => {
    const exports = source();
    const { channel, reasons } = served('on', exports);
    expectBytes(await ask(channel, exportNameOption('secret')), new Uint8Array(0));
    expect(reasons).toEqual(['refused']);
    expect(exports.log).toEqual([]);
  });

  test.each([Option.LIST_META_CONTEXT, Option.SET_META_CONTEXT])(
    'C-089 does not exist for option %i',
    async (number) => {
      const exports = source();
      const { channel } = served('on', exports);
      await ask(channel, option(Option.STRUCTURED_REPLY));
      const reply = await ask(channel, contextsOption(number, 'secret'));
      expect(typeOf(reply)).toBe(OptionReply.ERR_UNKNOWN);
      expect(exports.log).toEqual([]);
    },
  );

  test('C-067 is not listed, and is under TLS', async () => {
    const { channel } = served('on');
    expectBytes(
      await ask(channel, option(Option.LIST)),
      concat(listed(Option.LIST, 'open'), ack(Option.LIST)),
    );
    await ask(channel, option(Option.STARTTLS));
    await channel.shakesHands();
    expectBytes(
      await ask(channel, option(Option.LIST)),
      concat(listed(Option.LIST, 'open'), listed(Option.LIST, 'secret'), ack(Option.LIST)),
    );
  });

  test('is kept by a source that fails to say whether it is', async () => {
    const exports = {
      ...source(),
      requiresTls() {
        throw new Error('a bug');
      },
    };
    const { channel } = served('on', exports);
    expect(typeOf(await ask(channel, go('open')))).toBe(OptionReply.ERR_TLS_REQD);
  });
});

test('C-082 the source is told who the peer is', async () => {
  const exports = source();
  const { channel, peers, reasons, pool } = served('require', exports);
  expectBytes(await ask(channel, option(Option.STARTTLS)), ack(Option.STARTTLS));
  await channel.shakesHands();
  expect(peers).toEqual([ALICE]);
  await ask(channel, go('secret'));
  expect(exports.seen).toEqual([{ ...CONTEXT, tls: ALICE }]);
  channel.receives(disconnect());
  channel.closes();
  await quiet();
  expect(reasons).toEqual(['disconnected']);
  expect(exports.log).toEqual(['open secret', 'close secret']);
  expect(pool.lentBytes).toBe(0);
});

test('C-091 an export that was opened in the clear is opened anew for whoever it turns out to be', async () => {
  const exports = source();
  const { channel } = served('on', exports);
  await ask(channel, infoOption(Option.INFO, 'open'));
  await ask(channel, option(Option.STARTTLS));
  await channel.shakesHands();
  await ask(channel, go('open'));
  expect(exports.log).toEqual(['open open', 'close open', 'open open']);
  expect(exports.seen.map(({ tls }) => tls?.identity)).toEqual([undefined, 'CN=alice']);
});

test('C-082 no bytes are asked for between the acknowledgement and TLS', async () => {
  const { channel } = served('on');
  await ask(channel, option(Option.STARTTLS));
  expect(channel.isAsked).toBe(true);
  expect(channel.paused).toBe(true);
  await channel.shakesHands();
  expect(channel.paused).toBe(false);
});

test('C-090 a handshake that fails closes the channel', async () => {
  const { channel, reasons, session } = served('on');
  await ask(channel, option(Option.STARTTLS));
  await channel.fails();
  expect(channel.dropped).toBe(true);
  channel.closes(new Error('no common cipher'));
  await session.done;
  expect(reasons).toEqual(['closed-early']);
});

test('C-093 STARTTLS and more in one piece: no TLS, no acknowledgement, the end', async () => {
  const { channel, reasons } = served('on');
  const heard = await ask(
    channel,
    concat(option(Option.STARTTLS), option(Option.STRUCTURED_REPLY)),
  );
  expectBytes(heard, new Uint8Array(0));
  expect(channel.isAsked).toBe(false);
  expect(reasons).toEqual(['plaintext-after-starttls']);
});

test('C-093 more before TLS is up: the end, and what TLS then says is not heard', async () => {
  const { channel, reasons } = served('on');
  await ask(channel, option(Option.STARTTLS));
  expectBytes(await ask(channel, option(Option.STRUCTURED_REPLY)), new Uint8Array(0));
  expect(reasons).toEqual(['plaintext-after-starttls']);
  await channel.shakesHands();
  expectBytes(channel.heard(), new Uint8Array(0));
});

test('C-080 a session with TLS needs a channel that has it', () => {
  const options = { exports: source(), context: CONTEXT, tls: 'on' } as const;
  expect(() => serveChannel(new ScriptedChannel(), options)).toThrow('needs a channel');
});

test('C-030 nothing is opened for a client that is still in the clear', async () => {
  const exports = source();
  const { channel } = served('require', exports);
  expect(typeOf(await ask(channel, go('open')))).toBe(OptionReply.ERR_TLS_REQD);
  expect(typeOf(await ask(channel, infoOption(Option.INFO, 'a')))).toBe(OptionReply.ERR_TLS_REQD);
  expect(typeOf(await ask(channel, option(Option.LIST)))).toBe(OptionReply.ERR_TLS_REQD);
  expect(exports.log).toEqual([]);
});
