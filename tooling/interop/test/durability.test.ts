/** What the server asks of the kernel before it says that data is on stable storage. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sparseFile } from '../src/disk-files.ts';
import { mismatches, type Line } from '../src/libnbd.ts';
import { tryTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk } from '../src/served-disk.ts';
import { lack, locate, needTools, skipAll } from '../src/tools.ts';

needTools('strace', 'python3-libnbd');
await skipIfForbidden();

/** A machine may forbid one process to trace another. */
async function skipIfForbidden(): Promise<void> {
  if (lack(['strace']) !== undefined) return;
  const { exitCode } = await tryTool('strace', ['-o', '/dev/null', 'true']);
  if (exitCode !== 0) skipAll('processes may not be traced on this machine');
}

/** Serves a file under strace, and answers how often the server had it made durable. */
async function countSyncs(lines: readonly Line[]): Promise<number> {
  const folder = await scratchFolder();
  const [file, trace] = [join(folder, 'disk'), join(folder, 'trace')];
  await sparseFile(file, 2 ** 20);
  const served = await serveDisk({
    exports: { disk: `file:${file}` },
    // With -D the server is our child, and strace a grandchild that ends with it.
    under: [locate('strace'), '-D', '-f', '-qq', '-e', 'trace=fdatasync,fsync', '-o', trace],
  });
  expect(await mismatches(served.uri('unix'), [['h.connect_uri(uri)', 'done'], ...lines])).toEqual(
    [],
  );
  served.kill('SIGKILL');
  await served.ended;
  return (await readFile(trace, 'utf8')).match(/\bf(?:data)?sync\(/g)?.length ?? 0;
}

it('FLUSH, and each change with FUA, reaches the disk before it is answered (C-191, C-230)', async () => {
  const syncs = await countSyncs([
    ['h.pwrite(b"x" * 4096, 0, nbd.CMD_FLAG_FUA)', 'done'],
    ['h.zero(4096, 0, nbd.CMD_FLAG_FUA)', 'done'],
    ['h.flush()', 'done'],
  ]);
  expect(syncs).toBe(3);
});

it('a change without FUA waits for nothing', async () => {
  expect(await countSyncs([['h.pwrite(b"x" * 4096, 0)', 'done']])).toBe(0);
});
