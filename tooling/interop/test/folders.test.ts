/** Files of a folder by their names, as real clients see them: `dir:` exports. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mismatches } from '../src/libnbd.ts';
import { runTool, tryTool } from '../src/run-tool.ts';
import { scratchFolder } from '../src/scratch-folder.ts';
import { serveDisk, TRANSPORTS } from '../src/served-disk.ts';
import { needTools } from '../src/tools.ts';

needTools('nbdinfo', 'nbdcopy', 'python3-libnbd', 'qemu-img');

interface Listing {
  readonly exports: readonly { readonly 'export-name': string; readonly 'export-size': number }[];
}

/** A folder of files, whose bytes are those of their names over and over, and a link out of it. */
async function images(...names: readonly string[]): Promise<string> {
  const folder = await scratchFolder();
  for (const [i, name] of names.entries()) {
    await writeFile(join(folder, name), Buffer.alloc((i + 1) * 4096, name));
  }
  await symlink('/etc/passwd', join(folder, 'link'));
  return folder;
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('nbdinfo lists them and asks for each, nbdcopy copies by name in and out', async () => {
    const names = ['Ubuntu 24.04.iso', 'b.img', 'schön 盤.img'];
    const folder = await images(...names);
    const served = await serveDisk({ exports: { isos: `dir:${folder}`, one: 'memory:1M' } });
    const args = ['--list', '--no-content', '--json', served.uri(transport)];
    const listing = JSON.parse(await runTool('nbdinfo', args)) as Listing;
    expect(listing.exports.map((entry) => [entry['export-name'], entry['export-size']])).toEqual([
      ...names.map((name, i) => [`isos/${name}`, (i + 1) * 4096]),
      ['one', 2 ** 20],
    ]);

    for (const name of names) {
      const uri = served.uri(transport, `isos/${name}`);
      const copy = join(await scratchFolder(), 'copy');
      await runTool('nbdcopy', [uri, copy]);
      const compare = ['compare', '-f', 'raw', '-F', 'raw', copy, join(folder, name)];
      expect(await runTool('qemu-img', compare)).toContain('Images are identical.');
    }
    const [first = '', second = ''] = names;
    const uri = served.uri(transport, `isos/${second}`);
    await runTool('nbdcopy', [join(folder, first), uri]);
    expect(
      await mismatches(uri, [
        ['h.connect_uri(uri)', 'done'],
        ['h.pread(6, 0)', Buffer.from('Ubuntu').toString('hex')],
      ]),
    ).toEqual([]);
  });

  it('a link and a path are no exports, and the connection goes on (C-122)', async () => {
    const folder = await images('disk.img');
    const served = await serveDisk({ exports: { '': `dir:${folder} | readonly` } });
    for (const name of ['link', '../passwd', '/etc/passwd', '.', '']) {
      expect((await tryTool('nbdinfo', [served.uri(transport, name)])).exitCode).toBe(1);
    }
    expect(
      await mismatches(served.uri(transport), [
        ['h.set_opt_mode(True)', 'done'],
        ['h.connect_uri(uri)', 'done'],
        ['h.set_export_name("link")', 'done'],
        ['h.opt_info()', 'ENOENT'],
        ['h.opt_go()', 'ENOENT'],
        ['h.set_export_name("disk.img")', 'done'],
        ['h.opt_go()', 'done'],
        ['[h.get_size(), h.is_read_only()]', [4096, true]],
      ]),
    ).toEqual([]);
    expect(served.log).toContain('link: expected a regular file, found a symbolic link');
  });
});
