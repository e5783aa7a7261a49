/** Requests whose length is that of their effect, however long. Spec: "NBD_CMD_WRITE_ZEROES", "Extended headers". */
import { Command, ErrorCode } from '@nbd/codec';
import type { Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { requestIn } from './client-bytes.ts';
import { recordingDriver } from './recording-driver.ts';
import { readReplies } from './reply-reader.ts';
import { servingIn } from './served-conversation.ts';

const { TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS } = Command;
const GIB = 2 ** 30;
const SLICE = 256 * 1024;

/** A disk without `zero`, which notes what is written to it and keeps none of it. */
class Sink implements Driver {
  readonly size = 2 ** 50;
  slices = 0;
  /** Where the next write must begin: zeroes are written out in order, without a gap. */
  at = 4096;
  midway: (() => void) | undefined;

  read(target: Uint8Array): void {
    target.fill(0);
  }

  write(source: Uint8Array, offset: number): void {
    if (offset !== this.at || source.length > SLICE) throw new Error(`a write at ${offset}`);
    this.at += source.length;
    this.slices++;
    if (this.slices === 100) this.midway?.();
  }
}

test.each([
  [TRIM, 'trim'],
  [CACHE, 'cache'],
  [WRITE_ZEROES, 'zero'],
])(
  'C-237 C-273 command %i reaches the disk as one call, with 53 bits of length',
  async (type, name) => {
    const { driver, calls } = recordingDriver({ size: 2 ** 53 - 1 });
    const talk = await servingIn(driver, { replyMode: 'extended' });
    const length = 2 ** 53 - 4097;
    talk.client.says(requestIn('extended', { type, offset: 4096, length }));
    const [reply] = readReplies(await talk.client.heard());
    expect(reply).toMatchObject({ error: 0, chunks: ['none'], echo: 4096n });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain(`${name} 4096+${length}`);
    await talk.ends();
  },
);

test('C-239 C-237 zeroes of more than 32 bits are written in bounded slices, in order, without a gap', async () => {
  const sink = new Sink();
  const talk = await servingIn(sink, { replyMode: 'extended' });
  const length = 4 * GIB + 512;
  talk.client.says(requestIn('extended', { type: WRITE_ZEROES, offset: 4096, length }));
  const [reply] = readReplies(await talk.client.heard());
  expect(reply).toMatchObject({ error: 0 });
  expect(sink).toMatchObject({ at: 4096 + length, slices: (4 * GIB) / SLICE + 1 });
  await talk.ends();
});

test.each(['at once', 'later'])(
  'zeroes that are written out %s end when the client has gone',
  async (when) => {
    const sink = new Sink();
    const disk: Driver = {
      size: sink.size,
      read: (target) => sink.read(target),
      write: (source, offset) => {
        if (when === 'at once') return sink.write(source, offset);
        return Promise.resolve().then(() => sink.write(source, offset));
      },
    };
    const talk = await servingIn(disk, { replyMode: 'extended' });
    sink.midway = () => talk.client.drops();
    talk.client.says(requestIn('extended', { type: WRITE_ZEROES, offset: 4096, length: 2 ** 49 }));
    await talk.served.done;
    expect(sink.slices).toBeGreaterThanOrEqual(100);
    expect(sink.slices).toBeLessThan(150);
    expect(talk.failures).toMatchObject([{ code: ErrorCode.ESHUTDOWN, isBug: false }]);
  },
);

test.each(['structured', 'extended'] as const)(
  'C-237 the longest compact length on a sparse disk of 5 GiB is no more than another, with %s replies',
  async (replyMode) => {
    const contexts = ['base:allocation'];
    const talk = await servingIn(memoryDriver({ size: 5 * GIB }), { replyMode, contexts });
    for (const type of [TRIM, WRITE_ZEROES, BLOCK_STATUS]) {
      talk.client.says(requestIn(replyMode, { type, length: 0xffff_ffff }));
      const [reply] = readReplies(await talk.client.heard());
      expect(reply?.error).toBe(0);
    }
    await talk.ends();
  },
);
