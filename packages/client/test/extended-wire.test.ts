/** Client and server in extended mode, seen on the wire: the bytes of the specification, and few of them. */
import { memoryDriver } from '@nbd/driver-memory';
import { serve } from '@nbd/server';
import { expect, it, onTestFinished } from 'vitest';
import { type Client, connect, type Extent } from '../src/index.ts';
import { type RecordingRelay, recordingRelay } from './recording-relay.ts';

const TIB = 2 ** 40;

async function recorded(size: number): Promise<{ client: Client; relay: RecordingRelay }> {
  const server = await serve({
    listen: 'nbd://127.0.0.1:0',
    exports: { disk: memoryDriver({ size }) },
  });
  const relay = await recordingRelay(server.uris[0] as string);
  const client = await connect(relay.uri);
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return { client, relay };
}

/** Both directions from here on, with the cookies blanked out: they are the client's to choose. */
function since({ clientSaid, serverSaid }: RecordingRelay): () => { asked: string; told: string } {
  const [askedBefore, toldBefore] = [clientSaid().length, serverSaid().length];
  return () => ({
    asked: withoutCookie(clientSaid().slice(askedBefore)),
    told: withoutCookie(serverSaid().slice(toldBefore)),
  });
}

/** Hexadecimal as it is read best, with blanks between the fields. */
function hex(spaced: string): string {
  return spaced.replaceAll(' ', '');
}

/** Every message here is one header, whose cookie is its bytes 8 to 16. */
function withoutCookie(message: string): string {
  return message.slice(0, 16) + message.slice(32);
}

it('C-144 C-273 C-226 one WRITE_ZEROES of 6 TiB is one request of 32 bytes', async () => {
  const { client, relay } = await recorded(6 * TIB);
  expect(client.info).toMatchObject({ framing: 'extended', size: 6 * TIB });
  const seen = since(relay);
  await client.zero(0, 6 * TIB);
  expect(seen()).toEqual({
    // magic, flags and type; offset 0; length 6 TiB
    asked: hex('21e41c71 0000 0006 0000000000000000 0000060000000000'),
    // magic; DONE and NONE; the offset of the request; no payload
    told: hex('6e8a278c 0001 0000 0000000000000000 0000000000000000'),
  });
});

it('C-256 C-273 C-175 one BLOCK_STATUS tells of 5 TiB in one extent of 64 bits', async () => {
  const { client, relay } = await recorded(6 * TIB);
  const seen = since(relay);
  const extents: Extent[] = [];
  for await (const extent of client.extents({ offset: TIB, length: 5 * TIB })) extents.push(extent);
  expect(extents).toEqual([{ offset: TIB, length: 5 * TIB, flags: 3, hole: true, zero: true }]);
  expect(seen()).toEqual({
    asked: hex('21e41c71 0000 0007 0000010000000000 0000050000000000'),
    // and context 1, one extent: 5 TiB, a hole that reads as zeroes
    told: hex(
      '6e8a278c 0001 0006 0000010000000000 0000000000000018 00000001 00000001 0000050000000000 0000000000000003',
    ),
  });
});

it('C-226 a WRITE says that its length is that of the payload', async () => {
  const { client, relay } = await recorded(TIB);
  const seen = since(relay);
  await client.write(Uint8Array.of(0x61, 0x62, 0x63, 0x64), 512);
  expect(seen().asked).toBe(hex('21e41c71 0020 0001 0000000000000200 0000000000000004 61626364'));
});

it('C-203 a READ is one chunk of data at the very offset', async () => {
  const { client, relay } = await recorded(TIB);
  await client.write(Uint8Array.of(0x61, 0x62, 0x63, 0x64), 4096);
  const seen = since(relay);
  expect(await client.read(4096, 4)).toEqual(Uint8Array.of(0x61, 0x62, 0x63, 0x64));
  expect(seen().told).toBe(
    hex('6e8a278c 0001 0001 0000000000001000 000000000000000c 0000000000001000 61626364'),
  );
});
