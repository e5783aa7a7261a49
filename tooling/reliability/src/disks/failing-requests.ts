/** A disk that cannot read, or write, some of its sectors: requests fail for them, and for nothing else. */
import type { Client } from '@nbd/client';
import { BLOCK_BYTES } from '../stamped-blocks.ts';
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
import { FAILING_DISK_BYTES, FailingDisk, type FailingKind } from './failing-disk.ts';

const PAGES = FAILING_DISK_BYTES / PAGE_BYTES;
/** Neighbours that are asked for at once, and those of them that have a sector that fails. */
const FIRST = 256;
const BATCH = 32;
const BAD: readonly number[] = [FIRST + 13, FIRST + 20];

export function failingReads(kind: FailingKind): DiskTrial {
  return {
    name: `reads-${kind}`,
    about: `a ${kind} with sectors that cannot be read`,
    needs: needsOf(kind),
    run: (bench) => withDisk(bench, kind, readAround),
  };
}

export const failingWrites: DiskTrial = {
  name: 'writes-file',
  about: 'a file with sectors that cannot be written',
  needs: needsOf('file'),
  run: (bench) => withDisk(bench, 'file', writeAround),
};

function needsOf(kind: FailingKind): DiskTrial['needs'] {
  return kind === 'device'
    ? ['mounts', 'fuse', 'loop', 'nbdfuse', 'losetup']
    : ['mounts', 'fuse', 'nbdfuse'];
}

/** Gives a trial a disk all of whose pages are stamped 1. */
export async function withDisk(
  bench: TrialBench,
  kind: FailingKind,
  run: (bench: TrialBench, disk: FailingDisk) => Promise<string>,
): Promise<string> {
  const disk = await FailingDisk.make(kind);
  try {
    await disk.medium.write(stampedPages(1, 0, PAGES), 0);
    return await run(bench, disk);
  } finally {
    await bench.close();
    await disk.remove();
  }
}

async function readAround(bench: TrialBench, disk: FailingDisk): Promise<string> {
  await failSectors(disk, 'read');
  const client = await bench.connect(await bench.serve(disk.path));
  await readNeighbours(bench, disk, client);
  const long = await outcomeOf(client.read(FIRST * PAGE_BYTES, BATCH * PAGE_BYTES));
  bench.expectCode(long, 'EIO', 'one read of all of it');
  await disk.heal();
  await expectReads(bench, client, () => '1');
  return `${BAD.length} of ${BATCH} neighbours refused, and read when the disk was well`;
}

async function writeAround(bench: TrialBench, disk: FailingDisk): Promise<string> {
  const client = await bench.connect(await bench.serve(disk.path));
  await failSectors(disk, 'write');
  const pages = pagesFrom(FIRST, BATCH);
  const codes = await Promise.all(pages.map((page) => writePage(client, 2, page)));
  codes.forEach((code, i) => {
    const page = FIRST + i;
    bench.expectCode(code, BAD.includes(page) ? 'EIO' : 'done', `the write of page ${page}`);
  });
  await disk.heal();
  bench.expectCode(await outcomeOf(client.flush()), 'done', 'the flush of the others');
  for (const page of pages) {
    if (BAD.includes(page)) continue;
    bench.expectCode(String(await readPage(disk.medium, page)), '2', `page ${page} of the medium`);
  }
  for (const page of BAD) bench.expectCode(await writePage(client, 3, page), 'done', 'another try');
  await expectReads(bench, client, (page) => (BAD.includes(page) ? '3' : '2'));
  return `${BAD.length} of ${BATCH} neighbours refused, and written when the disk was well`;
}

/**
 * A device is read into the cache several pages at a time, and if one of them fails the kernel may refuse the others to who
 * waits for them. Asked again, it does not.
 */
async function readNeighbours(
  bench: TrialBench,
  { kind }: FailingDisk,
  client: Client,
): Promise<void> {
  const pages = pagesFrom(FIRST, BATCH);
  const found = await Promise.all(pages.map((page) => readPage(client, page)));
  for (const [i, page] of pages.entries()) {
    let answer = found[i];
    if (kind === 'device' && answer === 'EIO') answer = await readPage(client, page);
    const expected = BAD.includes(page) ? 'EIO' : '1';
    bench.expectCode(String(answer), expected, `the read of page ${page}`);
  }
}

/** Reads neighbours at once, each of which must be what `expected` says. */
async function expectReads(
  bench: TrialBench,
  client: Client,
  expected: (page: number) => string,
): Promise<void> {
  const pages = pagesFrom(FIRST, BATCH);
  const found = await Promise.all(pages.map((page) => readPage(client, page)));
  found.forEach((answer, i) => {
    const page = FIRST + i;
    bench.expectCode(String(answer), expected(page), `the read of page ${page}`);
  });
}

/** One sector of each bad page fails. */
async function failSectors(disk: FailingDisk, on: 'read' | 'write'): Promise<void> {
  for (const page of BAD) {
    const touching = { offset: page * PAGE_BYTES + BLOCK_BYTES, length: BLOCK_BYTES };
    await disk.fail({ on, touching, fail: 'EIO' });
  }
}
