/** A file system without room: what fits is kept, what does not is refused, and room that is made is used. */
import { readFile } from 'node:fs/promises';
import type { Client } from '@nbd/client';
import { ZEROES } from '../stamped-blocks.ts';
import {
  type DiskTrial,
  outcomeOf,
  PAGE_BYTES,
  pagesFrom,
  readPage,
  stampsOfPage,
  type TrialBench,
  writePage,
} from './disk-trial.ts';
import {
  BALLAST_BYTES,
  LARGE_FILE_BYTES,
  SmallFileSystem,
  type SmallKind,
} from './small-file-system.ts';

const PAGES = LARGE_FILE_BYTES / PAGE_BYTES;
/** Pages that have their space before the file system is full. */
const EARLY = 64;
/** Neighbours that are asked for at once. */
const BATCH = 32;
/** Of the room that is made, half: the rest may go to what the file system needs for itself. */
const LATE = BALLAST_BYTES / PAGE_BYTES / 2;

export function fullDisk(kind: SmallKind): DiskTrial {
  return {
    name: `full-${kind}`,
    about: `a full ${kind}`,
    needs: kind === 'ext4' ? ['mounts', 'loop', 'mkfs.ext4'] : ['mounts'],
    async run(bench) {
      const system = await SmallFileSystem.make(kind);
      try {
        return await fill(bench, system);
      } finally {
        await bench.close();
        await system.remove();
      }
    },
  };
}

async function fill(bench: TrialBench, system: SmallFileSystem): Promise<string> {
  const server = await bench.serve(system.disk);
  const client = await bench.connect(server);
  for (const page of pagesFrom(0, EARLY)) await writePage(client, 1, page);
  bench.expectCode(await outcomeOf(client.flush()), 'done', 'the flush before');
  const { accepted, refused } = await writeUntilFull(bench, client);
  bench.expect(refused.length >= BATCH, 'the file system is full');

  for (const page of pagesFrom(0, EARLY)) {
    const fua = page % 2 === 0;
    bench.expectCode(
      await writePage(client, 2, page, { fua }),
      'done',
      'a write that has its space',
    );
  }
  const hole = { offset: LARGE_FILE_BYTES - 2 ** 20, length: 2 ** 20 };
  const zeroed = await outcomeOf(client.zero(hole.offset, hole.length, { noHole: true }));
  bench.expectCode(zeroed, 'ENOSPC', 'zeroes that are to have their space');
  bench.expectCode(await outcomeOf(client.flush()), 'done', 'the flush of what was accepted');

  const stamps = new Map<number, number>();
  for (const page of pagesFrom(0, EARLY)) stamps.set(page, 2);
  for (const page of accepted) stamps.set(page, 3);
  await expectStamps(bench, client, stamps);
  for (const page of refused) {
    const found = await readPage(client, page);
    const possible = typeof found !== 'string' && found.every((one) => one === ZEROES || one === 3);
    bench.expect(possible, `page ${page}, refused: expected zeroes or a part, found ${found}`);
  }

  await system.makeRoom();
  const late = refused.slice(0, LATE);
  for (const page of late) {
    bench.expectCode(await writePage(client, 4, page), 'done', 'a write when there is room again');
    stamps.set(page, 4);
  }
  bench.expectCode(await outcomeOf(client.flush()), 'done', 'the flush after');
  await expectStamps(bench, client, stamps);
  await server.kill();
  await expectFile(bench, system.disk, stamps);
  return `${accepted.length} pages accepted, ${refused.length} refused, ${late.length} written when there was room`;
}

/** Writes on from what was written, many neighbours at a time, until all of a batch are refused. */
async function writeUntilFull(
  bench: TrialBench,
  client: Client,
): Promise<{ accepted: readonly number[]; refused: readonly number[] }> {
  const accepted: number[] = [];
  const refused: number[] = [];
  for (let first = EARLY; first < PAGES / 2 + EARLY * 4; first += BATCH) {
    const pages = pagesFrom(first, BATCH);
    const codes = await Promise.all(pages.map((page) => writePage(client, 3, page)));
    codes.forEach((code, i) => {
      if (code === 'done') accepted.push(first + i);
      else {
        bench.expectCode(code, 'ENOSPC', `page ${first + i}`);
        refused.push(first + i);
      }
    });
    if (codes.every((code) => code !== 'done')) break;
  }
  return { accepted, refused };
}

async function expectStamps(
  bench: TrialBench,
  client: Client,
  stamps: ReadonlyMap<number, number>,
): Promise<void> {
  for (const [page, stamp] of stamps) {
    bench.expectCode(String(await readPage(client, page)), String(stamp), `page ${page}`);
  }
}

/** The bytes of the file itself, without any server. */
async function expectFile(
  bench: TrialBench,
  path: string,
  stamps: ReadonlyMap<number, number>,
): Promise<void> {
  const bytes = await readFile(path);
  for (const [page, stamp] of stamps) {
    const found = stampsOfPage(bytes, page * PAGE_BYTES, page);
    bench.expectCode(String(found), String(stamp), `page ${page} of the file`);
  }
}
