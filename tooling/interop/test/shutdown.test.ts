/** A signal in the midst of writes: who was told that a write is done has it, and nobody is left waiting. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, ErrorCode } from '@nbd/codec';
import { describe, expect, it } from 'vitest';
import { sparseFile } from '../src/disk-files.ts';
import { RawClient, requestBytes } from '../src/raw-client.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';

const BLOCK_BYTES = 16_384;
const BLOCKS = 2048;
const IN_FLIGHT = 64;
/** So many writes have been answered when the signal is sent. */
const BEFORE_SIGNAL = 200;

/** The content of a block: it tells its number. */
function block(number: number): Uint8Array {
  return new Uint8Array(BLOCK_BYTES).fill((number % 255) + 1);
}

function writeBlock(number: number): Uint8Array {
  const offset = number * BLOCK_BYTES;
  const request = { type: Command.WRITE, cookieLow: number, offset, length: BLOCK_BYTES };
  return requestBytes(request, block(number));
}

/** Writes block after block, many in flight, until told that the server shuts down. */
async function writeUntilShutdown(
  client: RawClient,
  answered: (count: number) => void,
): Promise<{ readonly sent: number; readonly errors: ReadonlyMap<number, number> }> {
  const errors = new Map<number, number>();
  let sent = 0;
  let shuttingDown = false;
  for (; sent < IN_FLIGHT; sent++) client.send(writeBlock(sent));
  while (errors.size < sent) {
    const { cookieLow, error } = await client.reply();
    expect(errors.has(cookieLow)).toBe(false);
    errors.set(cookieLow, error);
    answered(errors.size);
    if (error !== ErrorCode.OK) shuttingDown = true;
    // All that has come is looked at before more is sent, as a client that obeys ESHUTDOWN must.
    if (shuttingDown || client.socket.readableLength > 0) continue;
    for (; sent < BLOCKS && sent - errors.size < IN_FLIGHT; sent++) client.send(writeBlock(sent));
  }
  return { sent, errors };
}

async function serveFile(): Promise<{ file: string; spec: string }> {
  const file = join(await scratchFolder(), 'disk');
  await sparseFile(file, BLOCKS * BLOCK_BYTES);
  return { file, spec: `file:${file}` };
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('SIGTERM: each write in flight is answered, later ones hear ESHUTDOWN, the exit is 0 (C-282, C-283)', async () => {
    const { file, spec } = await serveFile();
    const served = await serveDisk({ exports: { disk: spec } });
    const client = await RawClient.enter(served, transport);
    const idle = await RawClient.enter(served, transport);

    const { sent, errors } = await writeUntilShutdown(client, (count) => {
      if (count === BEFORE_SIGNAL) served.kill('SIGTERM');
    });

    expect(errors.size).toBe(sent);
    expect(sent).toBeLessThan(BLOCKS);
    expect(new Set(errors.values())).toEqual(new Set([ErrorCode.OK, ErrorCode.ESHUTDOWN]));
    expect(await client.takeRest()).toHaveLength(0);
    expect(await idle.takeRest()).toHaveLength(0);
    expect(await served.ended).toBe(0);
    const disk = await readFile(file);
    for (const [number, error] of errors) {
      const at = number * BLOCK_BYTES;
      const expected = error === ErrorCode.OK ? block(number) : new Uint8Array(BLOCK_BYTES);
      expect(disk.subarray(at, at + BLOCK_BYTES).equals(expected)).toBe(true);
    }
  });

  it('SIGINT ends an idle server with 0, and its socket file is gone', async () => {
    const served = await serveDisk({ exports: { disk: 'memory:1M' } });
    const client = await RawClient.enter(served, transport);
    served.kill('SIGINT');
    expect(await client.takeRest()).toHaveLength(0);
    expect(await served.ended).toBe(0);
    await expect(RawClient.connect(served, 'unix')).rejects.toThrow('ENOENT');
  });

  it('SIGKILL after the reply to FLUSH: all that was flushed is in the file (C-230)', async () => {
    const { file, spec } = await serveFile();
    const served = await serveDisk({ exports: { disk: spec } });
    const client = await RawClient.enter(served, transport);
    for (let number = 0; number < IN_FLIGHT; number++) client.send(writeBlock(number));
    for (let number = 0; number < IN_FLIGHT; number++) {
      expect((await client.reply()).error).toBe(ErrorCode.OK);
    }
    client.send(requestBytes({ type: Command.FLUSH }));
    expect((await client.reply()).error).toBe(ErrorCode.OK);
    served.kill('SIGKILL');
    expect(await served.ended).toBe('SIGKILL');

    const disk = await readFile(file);
    for (let number = 0; number < IN_FLIGHT; number++) {
      const at = number * BLOCK_BYTES;
      expect(disk.subarray(at, at + BLOCK_BYTES).equals(block(number))).toBe(true);
    }
  });
});
