/** A disk that fails each request, or cannot be opened, neither fills the log nor hides in it. */
import { ErrorCode } from '@nbd/codec';
import { DriverError, exportLookup } from '@nbd/driver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { content, go, read, write } from './client-bytes.ts';
import { type LogLine, READS, recordingLog, serving } from './serving.ts';
import { enter, haggle } from './socket-client.ts';
import { letTimeGoOn, passTime, stopTime } from './stopped-time.ts';

const REQUESTS = 1000;

/** A disk that is worn out: reads fail, and there is no room for writes. */
const worn = {
  size: 2 ** 20,
  read: (): void => {
    throw new DriverError('EIO', 'the surface is worn');
  },
  write: (): void => {
    throw new DriverError('ENOSPC', 'the disk is full');
  },
};

/** Lines of a level from `warn` on, each as its fields have it. */
function failures(lines: readonly LogLine[]): readonly object[] {
  return lines.flatMap(({ level, fields }) =>
    level === 'debug' || level === 'info' ? [] : fields,
  );
}

/** Reads that fail, one after the other. */
async function failReads(server: Server): Promise<void> {
  const client = await enter(server);
  for (let cookie = 0; cookie < REQUESTS; cookie++) client.says(read(512 * cookie, 512, cookie));
  for (let cookie = 0; cookie < REQUESTS; cookie++) {
    expect(await client.hearsReply()).toMatchObject({ error: ErrorCode.EIO });
  }
}

describe.each(READS)('reads: %s', (reads) => {
  beforeEach(stopTime);
  afterEach(letTimeGoOn);

  test('of a thousand failures six lines come within a second, and the metrics count each', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, log, metrics: true, exports: { disk: worn } });
    await failReads(server);
    expect(failures(lines)).toHaveLength(5);
    passTime(1000);
    expect(failures(lines)).toHaveLength(6);
    expect(failures(lines).at(-1)).toMatchObject({
      export: 'disk',
      command: 'READ',
      offset: 512 * (REQUESTS - 1),
      leftOut: REQUESTS - 6,
    });
    expect(server.counters.failures).toBe(REQUESTS);
    expect(server.metrics().exports['disk']?.errors).toEqual({ [ErrorCode.EIO]: REQUESTS });
  });

  test('another error of the same disk is told at once', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, log, exports: { disk: worn } });
    await failReads(server);
    const client = await enter(server);
    client.says(write(0, content(512), 1));
    expect(await client.hearsReply()).toMatchObject({ error: ErrorCode.ENOSPC });
    expect(failures(lines)).toHaveLength(6);
    expect(failures(lines).at(-1)).toMatchObject({ command: 'WRITE', code: ErrorCode.ENOSPC });
  });

  test('what was left out is told before a server is closed', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, log, exports: { disk: worn } });
    await failReads(server);
    letTimeGoOn();
    await server.close({ timeout: 0 });
    expect(failures(lines).at(-1)).toMatchObject({ leftOut: REQUESTS - 6 });
  });

  test('a client that asks for disks that cannot be opened fills no log, whatever names it makes up', async () => {
    const { log, lines } = recordingLog();
    const source = exportLookup({ open: () => Promise.reject(new Error('no such volume')) });
    const server = await serving({ reads, log, source });
    const client = await haggle(server);
    for (let name = 0; name < 400; name++) client.says(go(`disk ${name}`));
    for (let name = 0; name < 400; name++) await client.hearsOptionReply();
    expect(failures(lines)).toHaveLength(105);
    passTime(1000);
    expect(failures(lines).at(-1)).toMatchObject({ export: 'disk 399', leftOut: 294 });
  });
});
