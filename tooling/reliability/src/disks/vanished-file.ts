/** A file that loses its name, or whose name another file gets, while it is served. */
import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { DiskPlace } from '../disk-place.ts';
import { outcomeOf, readPage, stampedPages, type DiskTrial, writePage } from './disk-trial.ts';

const PAGES = 64;

export const vanishedFile: DiskTrial = {
  name: 'vanished',
  about: 'a file that is removed, and one that is replaced',
  needs: [],
  async run(bench) {
    const place = await DiskPlace.make(0);
    try {
      await writeFile(place.disk, stampedPages(1, 0, PAGES));
      const server = await bench.serve(place.disk);
      const client = await bench.connect(server);
      await unlink(place.disk);
      bench.expectCode(await writePage(client, 2, 1), 'done', 'a write to a file without a name');
      bench.expectCode(await outcomeOf(client.flush()), 'done', 'its flush');
      bench.expectCode(String(await readPage(client, 1)), '2', 'what was written');
      bench.expectCode(String(await readPage(client, 2)), '1', 'what was there');
      const later = await bench.connect(server);
      bench.expectCode(String(await readPage(later, 1)), '2', 'what a later client reads');

      const other = `${place.disk}.new`;
      await writeFile(other, stampedPages(3, 0, PAGES));
      await rename(other, place.disk);
      bench.expectCode(String(await readPage(client, 3)), '1', 'the old file when it is replaced');
      bench.expectCode(await writePage(client, 4, 3, { fua: true }), 'done', 'a write to it');
      bench.expectCode(String(await readPage(later, 3)), '4', 'what a later client reads then');
      const untouched = Buffer.compare(await readFile(place.disk), stampedPages(3, 0, PAGES)) === 0;
      bench.expect(untouched, 'the new file is not touched');
      const restarted = await bench.restart(server, place.disk);
      bench.expectCode(String(await readPage(restarted, 3)), '3', 'the new file after a restart');
      return '1 removed, 1 replaced';
    } finally {
      await bench.close();
      await place.remove();
    }
  },
};
