/** A disk that changes its size while it is served. Spec: "NBD_CMD_RESIZE". */
import { Command, ErrorCode } from '@nbd/codec';
import { DriverError, filter } from '@nbd/driver';
import { expect, test } from 'vitest';
import { concat, content, read, request, write } from './client-bytes.ts';
import { recordingDriver } from './recording-driver.ts';
import { scriptedEntry } from './scripted-service.ts';
import { quiet, serving } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { RESIZE } = Command;

test('C-240 a RESIZE is alone: what comes behind it waits, and is checked against the new size', async () => {
  const answers: (() => void)[] = [];
  const { driver, calls } = recordingDriver({
    size: 8192,
    before: () => new Promise<void>((resolve) => void answers.push(resolve)),
  });
  const service = await scriptedEntry(driver);
  service.channel.receives(
    read(0, 512, 1),
    request({ type: RESIZE, offset: 4096, cookie: 2 }),
    write(4096, content(8), { cookie: 3 }),
    read(0, 512, 4),
  );
  await quiet();
  expect(calls).toEqual(['read 0+512']);
  answers.shift()?.();
  await quiet();
  expect(calls.slice(1)).toEqual(['resize 4096']);
  answers.shift()?.();
  await quiet();
  expect(calls.slice(2)).toEqual(['read 0+512']);
  answers.shift()?.();
  await quiet();
  const heard = service.channel.heard();
  expect(heard.subarray(-544)).toEqual(
    concat(errorReply(3, ErrorCode.ENOSPC), simpleReply(4, new Uint8Array(512))),
  );
});

test.each<[string, () => number]>([
  [
    'cannot be told',
    () => {
      throw new Error('the disk is asleep');
    },
  ],
  ['is no number', () => Number.NaN],
])('C-190 a size that %s any more leaves the bounds where they are', async (_, fault) => {
  const recording = recordingDriver({ size: 8192 });
  let broken = false;
  const driver = filter(recording.driver, {
    get size() {
      return broken ? fault() : 8192;
    },
  });
  const service = await scriptedEntry(driver);
  broken = true;
  service.channel.receives(read(0, 4, 1), read(8192, 4, 2));
  expect(service.channel.heard()).toEqual(
    concat(simpleReply(1, new Uint8Array(4)), errorReply(2, ErrorCode.EINVAL)),
  );
});

test.each(['at once', 'later'])(
  'C-240 S-27 a RESIZE that is answered %s moves the bounds of this connection and of the others',
  async (when) => {
    const { driver } = recordingDriver({
      before: () => (when === 'later' ? Promise.resolve() : undefined),
    });
    const [one, other] = [await serving(driver), await serving(driver)];
    one.client.says(request({ type: RESIZE, offset: 100 }));
    await one.client.hears(simpleReply());
    for (const { client } of [one, other]) {
      client.says(read(99, 1, 1), read(100, 1, 2));
      await client.hears(
        ...[simpleReply(1, new Uint8Array(1)), errorReply(2, ErrorCode.EINVAL)].toSorted((a, b) =>
          when === 'later' ? a.length - b.length : 0,
        ),
      );
    }
    one.client.says(request({ type: RESIZE, offset: 2 ** 17 }));
    await one.client.hears(simpleReply());
    other.client.says(read(2 ** 17 - 1, 1));
    await other.client.hears(simpleReply(1, new Uint8Array(1)));
  },
);

test('C-240 a RESIZE that fails leaves the bounds as they were', async () => {
  const { driver } = recordingDriver({
    before: async (call) => {
      if (call.startsWith('resize')) throw new DriverError('ENOSPC', 'too much');
    },
  });
  const { client } = await serving(driver);
  client.says(request({ type: RESIZE, offset: 2 ** 40, cookie: 1 }));
  await client.hears(errorReply(1, ErrorCode.ENOSPC));
  client.says(read(65_536, 1, 2));
  await client.hears(errorReply(2, ErrorCode.EINVAL));
});
