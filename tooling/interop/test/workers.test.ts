/** Clients with several connections, which different threads of the server serve. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshSpec, hashOf, noiseFile } from '../src/disk-files.ts';
import { soundJobs, verifyWithFio } from '../src/fio.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, type ServedDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

const SIZE = 64 * 2 ** 20;
const JOBS = 4;

needTools('fio', 'nbdcopy');

async function serveByTwo(kind: 'file' | 'memory'): Promise<ServedDisk> {
  return serveDisk({ exports: { disk: await freshSpec(kind, SIZE) }, args: ['--workers', '2'] });
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(['memory', 'file'] as const)(
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

  it.each(['memory', 'file'] as const)(
    'every checksum that four jobs of fio write to a %s disk is right',
    async (kind) => {
      const served = await serveByTwo(kind);
      const run = { sizeBytes: SIZE, depth: 16, jobs: JOBS };
      expect(await verifyWithFio(served.uri(transport, 'disk'), run)).toEqual(soundJobs(run));
    },
  );
});
