/** A disk need not be whole sectors: clients get all of its bytes and no more. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noise, noiseFile } from '../src/disk-files.ts';
import { mismatches } from '../src/libnbd.ts';
import { runTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('nbdcopy', 'nbdinfo', 'python3-libnbd', 'qemu-img', 'qemu-io');

describe.each([1, 511, 513, 202_893])('a file of %i bytes', (size) => {
  it('has that size, and nbdcopy and qemu-img read every byte', async () => {
    const folder = await scratchFolder();
    const file = join(folder, 'disk');
    await noiseFile(file, size);
    const served = await serveDisk({ exports: { disk: `file:${file}` } });
    for (const transport of TRANSPORTS) {
      const uri = served.uri(transport, 'disk');
      expect(Number(await runTool('nbdinfo', ['--size', uri]))).toBe(size);
      const copy = join(folder, `copy-${transport}`);
      await runTool('nbdcopy', [uri, copy]);
      expect(await readFile(copy)).toEqual(Buffer.from(noise(size)));
      await runTool('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', file, uri]);
    }
  });

  it('libnbd reads and writes its last byte, and not the one behind it', async () => {
    const folder = await scratchFolder();
    const file = join(folder, 'disk');
    await noiseFile(file, size);
    const served = await serveDisk({ exports: { disk: `file:${file}` } });
    const last = size - 1;
    expect(
      await mismatches(served.uri('tcp'), [
        ['h.set_strict_mode(0)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.get_size()', size],
        [`h.pread(1, ${last})`, Buffer.from(noise(size).subarray(last)).toString('hex')],
        [`h.pread(2, ${last})`, 'EINVAL'],
        [`h.pwrite(b"\\xa5", ${last}, nbd.CMD_FLAG_FUA)`, 'done'],
        [`h.pwrite(b"\\xa5\\xa5", ${last})`, 'ENOSPC'],
        [`h.pread(1, ${last})`, 'a5'],
        ['h.shutdown()', 'done'],
      ]),
    ).toEqual([]);
    const bytes = await readFile(file);
    expect([bytes.length, bytes[last]]).toEqual([size, 0xa5]);
  });
});

it('qemu-io reads and writes the last bytes of 202,893', async () => {
  const file = join(await scratchFolder(), 'disk');
  await noiseFile(file, 202_893);
  const served = await serveDisk({ exports: { disk: `file:${file}` } });
  const tail = ['write -P 0x5c 202880 13', 'read -P 0x5c 202880 13', 'flush'];
  await runTool('qemu-io', ['-f', 'raw', ...tail.flatMap((c) => ['-c', c]), served.uri('unix')]);
  const bytes = await readFile(file);
  expect(bytes.length).toBe(202_893);
  expect(bytes.subarray(202_880)).toEqual(Buffer.alloc(13, 0x5c));
});
