/** A handshake counts once: no session of TLS is taken up again, and none is haggled over anew. */
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { read } from './client-bytes.ts';
import { ALICE, certificates, enterUnderTls, haggleUnderTls, showing } from './secure-client.ts';
import { allGone, serving } from './serving.ts';

const VERIFYING = { certificates: certificates(), verifyPeer: true };

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'C-096 whatever a client of %s kept of a session, it must prove itself again',
  async (version) => {
    const server = await serving({ tls: VERIFYING });
    const options = { minVersion: version, maxVersion: version, ...showing(ALICE) };
    const first = await enterUnderTls(server, options);
    // By the reply, all that the server gives for later has come, too.
    first.says(read(0, 512));
    await first.hearsReply(512);
    const session = (first.socket as TLSSocket).getSession();
    if (session === undefined) throw new Error('expected a session, found none');
    const again = await haggleUnderTls(server, { ...options, session });
    expect((again.socket as TLSSocket).isSessionReused()).toBe(false);
  },
);

test('C-092 a client that renegotiates is seen off, and no other', async () => {
  const server = await serving({ tls: VERIFYING });
  const old = { maxVersion: 'TLSv1.2', ...showing(ALICE) } as const;
  const [client, other] = [await enterUnderTls(server, old), await enterUnderTls(server, old)];
  (client.socket as TLSSocket).renegotiate({}, () => undefined);
  await client.closed;
  other.says(read(0, 512));
  expect(await other.hearsReply(512)).toMatchObject({ error: 0 });
  other.socket.destroy();
  await allGone(server, 2);
});
