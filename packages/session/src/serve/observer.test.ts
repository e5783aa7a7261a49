import { Command } from '@nbd/codec';
import { expect, test } from 'vitest';
import { content, read, request, write } from '../../test/client-bytes.ts';
import { recordingDriver } from '../../test/recording-driver.ts';
import { serving } from '../../test/served-conversation.ts';

test('a tally counts what disks carried out, not what was refused or had nothing to do', async () => {
  const { driver } = recordingDriver({
    before: (call) => {
      if (call === 'flush') throw new Error('a bad day');
    },
  });
  const { client, tally } = await serving(driver);
  client.says(read(0, 100), read(0, 20), write(0, content(7)), read(0, 0), read(65_536, 1));
  client.says(request({ type: Command.FLUSH }), request({ type: 77 }));
  await client.heard();
  expect(tally).toMatchObject({ bytesRead: 120, bytesWritten: 7, failures: 1 });
  expect(tally.byCommand).toMatchObject({ READ: 2, WRITE: 1, FLUSH: 1, TRIM: 0 });
});
