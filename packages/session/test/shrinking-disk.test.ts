/** Disks that another connection makes smaller while something is half done. Spec: "NBD_CMD_RESIZE". */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { DriverError, type Driver, dataExtent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { content, read, request, requestIn, write } from './client-bytes.ts';
import { unsettled } from './counting-source.ts';
import { recordingDriver } from './recording-driver.ts';
import { readReplies } from './reply-reader.ts';
import { quiet, serving, servingIn } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EINVAL, ENOSPC } = ErrorCode;
const { RESIZE, BLOCK_STATUS, WRITE_ZEROES } = Command;
const MIB = 2 ** 20;

/** Another connection makes the disk `size` bytes. */
async function resizes(driver: Driver, size: number): Promise<void> {
  const other = await serving(driver);
  other.client.says(request({ type: RESIZE, offset: size, cookie: 9 }));
  await other.client.hears(simpleReply(9));
  await other.ends();
}

describe.each(['structured', 'extended'] as const)('%s', (replyMode) => {
  test('C-240 a long READ ends where the disk ends now, and the disk is not asked beyond', async () => {
    const waiting: (() => void)[] = [];
    const { driver, calls } = recordingDriver({
      size: 4 * MIB,
      before: (call) =>
        call.startsWith('read') ? new Promise((resolve) => void waiting.push(resolve)) : undefined,
    });
    const talk = await servingIn(driver, { replyMode });
    talk.client.says(requestIn(replyMode, { length: 4 * MIB }));
    await quiet();
    expect(waiting).toHaveLength(2);
    await resizes(driver, MIB);
    for (const resolve of waiting.splice(0)) resolve();
    const [reply] = readReplies(await talk.client.heard());
    expect(reply).toMatchObject({ error: EINVAL, errorOffset: MIB });
    expect(calls.filter((call) => call.startsWith('read'))).toHaveLength(2);
    expect(talk.failures).toMatchObject([{ isBug: false }]);
    await talk.ends();
  });

  test('C-240 C-261 a map is not asked beyond the end that the disk has by then', async () => {
    const { promise, resolve } = unsettled();
    const asked: string[] = [];
    const { driver } = recordingDriver({
      size: 4 * MIB,
      facts: {
        async *extents(_offset, length) {
          await promise;
          yield dataExtent(length);
        },
        maps: [
          {
            name: 'x-test:map',
            runs: (offset, length) => {
              asked.push(`${offset}+${length}`);
              return [{ length, value: 1 }];
            },
          },
        ],
      },
    });
    const talk = await servingIn(driver, {
      replyMode,
      contexts: ['base:allocation', 'x-test:map'],
    });
    talk.client.says(
      requestIn(replyMode, {
        type: BLOCK_STATUS,
        offset: 2 * MIB,
        length: 4096,
        flags: CommandFlag.REQ_ONE,
      }),
    );
    await quiet();
    await resizes(driver, MIB);
    resolve();
    const [reply] = readReplies(await talk.client.heard());
    expect(reply).toMatchObject({ error: EINVAL });
    expect(asked).toEqual([]);
    expect(talk.failures).toMatchObject([{ isBug: false }]);
    await talk.ends();
  });
});

test('C-240 C-182 a WRITE whose payload was on the way is not written beyond the end', async () => {
  const { driver, calls } = recordingDriver({ size: 65_536 });
  const talk = await serving(driver);
  const said = write(32_768, content(4096), { cookie: 1 });
  talk.client.says(said.subarray(0, 1000));
  await quiet();
  await resizes(driver, 4096);
  talk.client.says(said.subarray(1000), read(0, 4, 2));
  await talk.client.hears(errorReply(1, ENOSPC), simpleReply(2, new Uint8Array(4)));
  expect(calls).toEqual(['resize 4096', 'read 0+4']);
  await talk.ends();
});

test('C-240 what waits for its turn with the disk is not carried out beyond the end', async () => {
  const { promise, resolve } = unsettled();
  const { driver, calls } = recordingDriver({
    facts: { concurrency: 1 },
    before: (call) => (call.startsWith('resize') ? promise : undefined),
  });
  const [one, other] = [await serving(driver), await serving(driver)];
  other.client.says(request({ type: RESIZE, offset: 4096 }));
  await quiet();
  one.client.says(
    read(8192, 4, 1),
    write(8192, content(4), { cookie: 2 }),
    request({ type: Command.TRIM, offset: 4095, length: 2, cookie: 3 }),
    request({ type: Command.FLUSH, cookie: 4 }),
    request({ type: RESIZE, offset: 8192, cookie: 5 }),
  );
  await quiet();
  resolve();
  await one.client.hears(
    errorReply(1, EINVAL),
    errorReply(2, ENOSPC),
    errorReply(3, EINVAL),
    errorReply(4, ErrorCode.OK),
    simpleReply(5),
  );
  expect(calls).toEqual(['resize 4096', 'flush', 'resize 8192']);
  for (const talk of [one, other]) await talk.ends();
});

test('C-240 C-239 written zeroes end where the disk ends now', async () => {
  const waiting: (() => void)[] = [];
  const { driver, calls } = recordingDriver({
    size: MIB,
    offers: ['write', 'resize'],
    before: (call) =>
      call.startsWith('write') ? new Promise((resolve) => void waiting.push(resolve)) : undefined,
  });
  const talk = await serving(driver);
  talk.client.says(request({ type: WRITE_ZEROES, length: MIB }));
  await quiet();
  await resizes(driver, 300_000);
  for (const resolve of waiting.splice(0)) resolve();
  await talk.client.hears(errorReply(1, ENOSPC));
  expect(calls).toEqual(['write 0+262144', 'resize 300000']);
  expect(talk.failures.map(({ error }) => (error as DriverError).code)).toEqual(['ENOSPC']);
  await talk.ends();
});
