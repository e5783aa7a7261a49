/** fio writes a disk in random order, many requests at a time, and verifies what it reads back. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sparseFile } from '../src/disk-files.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const SIZE = 64 * 2 ** 20;
const BLOCK_BYTES = 8192;

needTools('fio');

interface Report {
  readonly jobs: readonly {
    readonly error: number;
    readonly read: { readonly total_ios: number };
    readonly write: { readonly total_ios: number };
  }[];
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(['memory', 'file'])('every checksum of a %s disk is right', async (kind) => {
    const file = join(await scratchFolder(), 'disk');
    await sparseFile(file, SIZE);
    const spec = kind === 'memory' ? 'memory:64M' : `file:${file}`;
    const served = await serveDisk({ exports: { disk: spec } });
    const output = await runTool('fio', [
      '--name=verify',
      '--ioengine=nbd',
      `--uri=${served.uri(transport, 'disk')}`,
      '--rw=randwrite',
      `--bs=${BLOCK_BYTES}`,
      `--size=${SIZE}`,
      '--iodepth=32',
      '--verify=crc32c',
      '--verify_fatal=1',
      '--verify_state_save=0',
      '--randseed=1',
      '--output-format=json',
    ]);
    const { jobs } = JSON.parse(output.slice(output.indexOf('{'))) as Report;
    expect(jobs).toHaveLength(1);
    const blocks = SIZE / BLOCK_BYTES;
    expect(jobs[0]).toMatchObject({
      error: 0,
      read: { total_ios: blocks },
      write: { total_ios: blocks },
    });
  });
});
