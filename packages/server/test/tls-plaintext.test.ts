/**
 * C-093: what somebody on the way slips in behind STARTTLS, in the clear, is never taken for the client's.
 */
import { Option, OptionReply } from '@nbd/codec';
import { expect, test, describe } from 'vitest';
import { concat, go, option, read } from './client-bytes.ts';
import { certificates, secured, startTls } from './secure-client.ts';
import { allGone, READS, recordingLog, serving, TCP } from './serving.ts';
import { haggle } from './socket-client.ts';

const STARTTLS = option(Option.STARTTLS);
const STRUCTURED_REPLY = option(Option.STRUCTURED_REPLY);
/** The head of every reply to an option. */
const REPLY_MAGIC = Buffer.from('0003e889045565a9', 'hex');

const MODES = ['on', 'require'] as const;

describe.each(READS.flatMap((reads) => MODES.map((mode) => ({ reads, mode }))))(
  'reads: $reads, mode: $mode',
  ({ reads, mode }) => {
    const tls = { mode, certificates: certificates() };

    test('in the same segment: the session ends, and nothing is acknowledged', async () => {
      const { log, lines } = recordingLog();
      const server = await serving({ reads, tls, log });
      const client = await haggle(server);
      client.says(STARTTLS, STRUCTURED_REPLY);
      expect(await client.hearsRest()).toHaveLength(0);
      await allGone(server, 1);
      expect(lines.at(-1)).toMatchObject({
        level: 'info',
        fields: { reason: 'plaintext-after-starttls' },
      });
    });

    test('in pieces, cut anywhere: nothing but STARTTLS itself is ever answered', async () => {
      const server = await serving({ reads, tls });
      const whole = concat(STARTTLS, STRUCTURED_REPLY);
      for (let cut = 1; cut < whole.length; cut++) {
        const client = await haggle(server);
        await client.saysAll(whole.subarray(0, cut));
        client.says(whole.subarray(cut));
        const heard = Buffer.from(await client.hearsRest());
        // All of it may have come together, and is then not even acknowledged.
        expect(heard.lastIndexOf(REPLY_MAGIC)).toBeLessThanOrEqual(0);
      }
      await allGone(server, whole.length - 1);
    });

    test('between the acknowledgement and the ClientHello: the TLS handshake fails', async () => {
      const { log, lines } = recordingLog();
      const server = await serving({ reads, tls, log });
      const client = await startTls(server);
      await client.saysAll(STRUCTURED_REPLY);
      await expect(secured(client)).rejects.toThrow(
        /wrong version number|ECONNRESET|closed|disconnected/,
      );
      await allGone(server, 1);
      const failure = lines.find(({ message }) => message === 'client cannot be put under TLS');
      expect(failure).toMatchObject({
        level: 'info',
        fields: {
          err: { message: expect.stringMatching(/^the TLS handshake failed: /) as string },
        },
      });
    });

    test('a client that goes on in the clear, acknowledged or not, hears no more NBD', async () => {
      const server = await serving({ reads, tls });
      const client = await startTls(server);
      client.says(go('disk'), read(0, 512));
      expect(Buffer.from(await client.hearsRest()).includes(REPLY_MAGIC)).toBe(false);
      await allGone(server, 1);
      expect(server.counters.requests['READ']).toBe(0);
    });
  },
);

test('the refusals of a server without TLS may be pipelined, there is nothing to slip in behind', async () => {
  const server = await serving({ listen: TCP });
  const client = await haggle(server);
  client.says(STARTTLS, option(Option.LIST));
  expect(await client.hearsOptionReply()).toMatchObject({ type: OptionReply.ERR_POLICY });
  expect(await client.hearsOptionReply()).toMatchObject({ option: Option.LIST });
});
