/** A file that others cut short, and lengthen, while it is served. */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import type { Client } from '@nbd/client';
import { DiskPlace } from '../disk-place.ts';
import { ZEROES } from '../stamped-blocks.ts';
import {
  type DiskTrial,
  outcomeOf,
  PAGE_BYTES,
  pagesFrom,
  readPage,
  stampedPages,
  type TrialBench,
  writePage,
} from './disk-trial.ts';

const PAGES = 256;
/** Where it is cut: in the middle of a page. */
const CUT_PAGE = 128;
const CUT_BYTES = CUT_PAGE * PAGE_BYTES + PAGE_BYTES / 2;
/** In the storm. */
const STRANDS = 16;
const CUTS = 40;

export const truncatedFile: DiskTrial = {
  name: 'truncated',
  about: 'a file that is cut short underneath',
  needs: [],
  async run(bench) {
    const place = await DiskPlace.make(0);
    try {
      await writeFile(place.disk, stampedPages(1, 0, PAGES));
      const server = await bench.serve(place.disk);
      await cutOnce(bench, await bench.connect(server), place.disk);
      await writeFile(place.disk, stampedPages(1, 0, PAGES));
      return await cutOften(bench, await bench.restart(server, place.disk), place.disk);
    } finally {
      await bench.close();
      await place.remove();
    }
  },
};

async function cutOnce(bench: TrialBench, client: Client, path: string): Promise<void> {
  await truncate(path, CUT_BYTES);

  // Neighbours on both sides of the end, which come together: each has an answer of its own.
  const pages = pagesFrom(CUT_PAGE - 16, 32);
  const found = await Promise.all(pages.map((page) => readPage(client, page)));
  found.forEach((answer, i) => {
    const page = pages[i] as number;
    bench.expectCode(String(answer), page < CUT_PAGE ? '1' : 'EIO', `page ${page} of a cut file`);
  });
  const far = await readPage(client, PAGES - 1);
  bench.expectCode(String(far), 'EIO', 'a page beyond the end');
  if (client.info.contexts.includes('base:allocation')) {
    for await (const { offset, hole } of client.extents({ offset: CUT_BYTES })) {
      bench.expect(hole === false, `${offset} is gone, and must not be called a hole`);
    }
  }

  // A write beyond the end lengthens the file as far as it goes, and what lies between are zeroes.
  bench.expectCode(await writePage(client, 2, CUT_PAGE + 10), 'done', 'a write beyond the end');
  bench.expectCode(await outcomeOf(client.flush()), 'done', 'its flush');
  bench.expectCode(String(await readPage(client, CUT_PAGE + 10)), '2', 'what was written there');
  bench.expectCode(String(await readPage(client, CUT_PAGE + 9)), '0', 'what lies between');
  bench.expectCode(String(await readPage(client, CUT_PAGE + 11)), 'EIO', 'what lies behind');
  const { length } = await readFile(path);
  bench.expect(length === (CUT_PAGE + 11) * PAGE_BYTES, `the file has ${length} bytes`);

  await truncate(path, PAGES * PAGE_BYTES);
  bench.expectCode(String(await readPage(client, PAGES - 1)), '0', 'a file that is long again');
}

/** Reads go on while the file is cut and lengthened. None may find what was never there. */
async function cutOften(bench: TrialBench, client: Client, path: string): Promise<string> {
  const storm = { over: false, whole: 0, refused: 0 };
  const strand = async (start: number): Promise<void> => {
    for (let page = start; !storm.over; page = (page + 37) % PAGES) {
      const found = await readPage(client, page);
      if (found === 'EIO') storm.refused += 1;
      else storm.whole += 1;
      const possible =
        found === 'EIO' ||
        (typeof found !== 'string' && found.every((one) => one === ZEROES || one === 1));
      bench.expect(possible, `page ${page} in the storm: ${found}`);
    }
  };
  const strands = pagesFrom(0, STRANDS).map((first) => strand(first * 16));
  for (let cut = 0; cut < CUTS; cut++) {
    await truncate(path, (cut * 7 * PAGE_BYTES) / 2);
    await readPage(client, cut);
    await truncate(path, PAGES * PAGE_BYTES);
    await readPage(client, cut);
  }
  storm.over = true;
  await Promise.all(strands);
  return `${CUTS} cuts under ${storm.whole + storm.refused} reads, of which ${storm.refused} were refused`;
}
