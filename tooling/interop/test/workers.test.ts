/** Clients with several connections, which different threads of the server serve. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf, noiseFile, sparseFile } from '../src/disk-files.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, type ServedDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const SIZE = 64 * 2 ** 20;
const JOBS = 4;

needTools('fio', 'nbdcopy');

interface Report {
  readonly jobs: readonly {
    readonly error: number;
    readonly read: { readonly total_ios: number };
  }[];
}

async function serveByTwo(kind: string): Promise<ServedDisk> {
  const file = join(await scratchFolder(), 'disk');
  await sparseFile(file, SIZE);
  const spec = kind === 'memory' ? 'memory:64M' : `file:${file}`;
  return serveDisk({ exports: { disk: spec }, args: ['--workers', '2'] });
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(['memory', 'file'])(
    'nbdcopy copies to a %s disk and back by four connections',
    async (kind) => {
      const served = await serveByTwo(kind);
      const folder = await scratchFolder();
      const [source, copy] = [join(folder, 'source'), join(folder, 'copy')];
      await noiseFile(source, SIZE);
      const connections = `--connections=${JOBS}`;
      await runTool('nbdcopy', [connections, '--flush', source, served.uri(transport)]);
      await runTool('nbdcopy', [connections, served.uri(transport), copy]);
      expect(await hashOf(copy)).toBe(await hashOf(source));
      served.kill('SIGTERM');
      expect(await served.ended).toBe(0);
    },
  );

  it.each(['memory', 'file'])(
    'every checksum that four jobs of fio write to a %s disk is right',
    async (kind) => {
      const served = await serveByTwo(kind);
      const share = SIZE / JOBS;
      const output = await runTool('fio', [
        '--name=verify',
        '--ioengine=nbd',
        `--uri=${served.uri(transport, 'disk')}`,
        '--rw=randwrite',
        '--bs=8192',
        `--numjobs=${JOBS}`,
        `--size=${share}`,
        `--offset_increment=${share}`,
        '--iodepth=16',
        '--verify=crc32c',
        '--verify_fatal=1',
        '--verify_state_save=0',
        '--randseed=1',
        '--output-format=json',
      ]);
      const { jobs } = JSON.parse(output.slice(output.indexOf('{'))) as Report;
      expect(jobs).toHaveLength(JOBS);
      for (const job of jobs)
        expect(job).toMatchObject({ error: 0, read: { total_ios: share / 8192 } });
    },
  );
});
