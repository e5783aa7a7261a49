/**
 * What can be asked of a disk, as commands of fast-check: each does it to the driver and to the model,
 * and compares the answers.
 */
import type { Driver } from '@nbd/driver';
import { checkExtents, clipExtents } from '@nbd/driver';
import fc from 'fast-check';
import { callRead, callReads, callWrite, callWrites, refused } from './calls.ts';
import { checkRunsOf } from './check-maps.ts';
import { contentOf, contentTag } from './content.ts';
import type { DiskModel } from './disk-model.ts';
import type { DrawnRange, Range } from './range.ts';
import { drawnRange, overlap, placeTogether } from './range.ts';
import type { Traits } from './traits.ts';

/** Bytes: no disk is resized to more. */
const RESIZED_MAX = 0x4_0000;

export type DiskCommand = fc.AsyncCommand<DiskModel, Driver>;

/** The commands that a disk of these traits can be given. */
export function diskCommands(traits: Traits): fc.Arbitrary<DiskCommand>[] {
  const { fua, unit } = traits;
  const maybeFua = fua ? fc.boolean() : fc.constant(false);

  const read = drawnRange.map((drawn) =>
    onRange(traits, 'read', drawn, async (range, disk, driver) => {
      disk.check(await callRead(driver, range, disk), range.offset);
    }),
  );

  const drawnRanges = fc.array(drawnRange, { minLength: 1, maxLength: 6 });
  const reads = fc
    .record({ drawn: drawnRanges, takeViews: fc.boolean() })
    .map(({ drawn, takeViews }) =>
      onRanges(traits, 'reads that arrive together', drawn, async (ranges, disk, driver) => {
        const found = await callReads(driver, ranges, disk, takeViews);
        for (const [i, range] of ranges.entries()) {
          disk.check(found[i] ?? new Uint8Array(0), range.offset);
        }
      }),
    );

  const cache = drawnRange.map((drawn) =>
    onRange(traits, 'cache', drawn, async ({ offset, length }, _disk, driver) => {
      await driver.cache?.(offset, length);
    }),
  );

  const flush = fc.constant(
    onRanges(traits, 'flush', [], async (_ranges, _disk, driver) => {
      await driver.flush?.();
    }),
  );

  const extents = fc
    .record({ drawn: drawnRange, countMax: fc.integer({ min: 1, max: 20 }) })
    .map(({ drawn, countMax }) =>
      onRange(traits, `extents, at most ${countMax}`, drawn, (range, disk, driver) =>
        checkExtentsOf(driver, disk, range, countMax),
      ),
    );

  const maps = fc
    .record({ drawn: drawnRange, which: fc.nat(), countMax: fc.integer({ min: 1, max: 20 }) })
    .map(({ drawn, which, countMax }) =>
      onRange(
        traits,
        `map ${which}, at most ${countMax} runs`,
        drawn,
        async (range, disk, driver) => {
          const map = driver.maps?.[which % driver.maps.length];
          if (map !== undefined) await checkRunsOf(map, range, disk.size, countMax);
        },
      ),
    );

  const write = fc.record({ drawn: drawnRange, tag: contentTag, fua: maybeFua }).map((draw) =>
    onRange(traits, 'write', draw.drawn, async ({ offset, length }, disk, driver) => {
      const content = contentOf(draw.tag, length);
      await callWrite(driver, content, offset, draw.fua);
      disk.write(content, offset);
    }),
  );

  const writes = fc.record({ drawn: drawnRanges, tag: contentTag, fua: maybeFua }).map((draw) =>
    onRanges(traits, 'writes that arrive together', draw.drawn, async (ranges, disk, driver) => {
      const apart = ranges.filter((one, i) => !ranges.slice(0, i).some((o) => overlap(o, one)));
      const batch = apart.map(({ offset, length }, i) => ({
        content: contentOf(draw.tag + i, length),
        offset,
        fua: draw.fua && i % 2 === 0,
      }));
      await callWrites(driver, batch);
      for (const { content, offset } of batch) disk.write(content, offset);
    }),
  );

  const trim = fc.record({ drawn: drawnRange, fua: maybeFua }).map((draw) =>
    onRange(traits, 'trim', draw.drawn, async ({ offset, length }, disk, driver) => {
      await driver.trim?.(offset, length, { fua: draw.fua });
      disk.trim(offset, length);
    }),
  );

  const zero = fc
    .record({ drawn: drawnRange, fua: maybeFua, mayTrim: fc.boolean(), fast: fc.boolean() })
    .map(({ drawn, ...options }) =>
      onRange(traits, `zero ${JSON.stringify(options)}`, drawn, async (range, disk, driver) => {
        const { offset, length } = range;
        try {
          await driver.zero?.(offset, length, options);
        } catch (cause) {
          // Refused as slow: nothing has changed, which the reads that follow will show.
          if (options.fast && codeOf(cause) === 'ENOTSUP') return;
          throw refused('zero', range, cause);
        }
        disk.zero(offset, length);
      }),
    );

  const resize = fc.nat(RESIZED_MAX / unit).map((units) =>
    onRanges(traits, `resize to ${units * unit}`, [], async (_ranges, disk, driver) => {
      await driver.resize?.(units * unit);
      disk.resize(units * unit);
      if (driver.size !== disk.size) {
        throw new Error(`resize: expected a size of ${disk.size}, found ${driver.size}`);
      }
    }),
  );

  return [
    read,
    reads,
    ...(traits.cache ? [cache] : []),
    ...(traits.flush ? [flush] : []),
    ...(traits.extents ? [extents] : []),
    ...(traits.maps ? [maps] : []),
    ...(traits.writable ? [write, writes] : []),
    ...(traits.trim ? [trim] : []),
    ...(traits.zero ? [zero] : []),
    ...(traits.resize ? [resize] : []),
  ];
}

/** A command on ranges that are placed when it runs, as only then the size of the disk is known. */
function onRanges(
  traits: Traits,
  verb: string,
  drawn: readonly DrawnRange[],
  act: (ranges: readonly Range[], disk: DiskModel, driver: Driver) => Promise<void>,
): DiskCommand {
  let text = verb;
  return {
    check: (disk) => drawn.length === 0 || disk.size >= traits.unit,
    run: async (disk, driver) => {
      const ranges = placeTogether(drawn, disk.size, traits);
      text = [verb, ...ranges.map(({ offset, length }) => `${offset}+${length}`)].join(' ');
      await act(ranges, disk, driver);
      disk.checkViews();
    },
    toString: () => text,
  };
}

function onRange(
  traits: Traits,
  verb: string,
  drawn: DrawnRange,
  act: (range: Range, disk: DiskModel, driver: Driver) => Promise<void>,
): DiskCommand {
  return onRanges(traits, verb, [drawn], async (ranges, disk, driver) => {
    for (const range of ranges) await act(range, disk, driver);
  });
}

/** Reads at most `countMax` extents: they must be lawful, and what they call zero must read as zero. */
async function checkExtentsOf(
  driver: Driver,
  disk: DiskModel,
  range: Range,
  countMax: number,
): Promise<void> {
  const answer = driver.extents?.(range.offset, range.length) ?? [];
  const lawful = checkExtents(answer, disk.size - range.offset);
  let { offset } = range;
  let count = 0;
  for await (const { length, hole, zero } of clipExtents(lawful, range.length)) {
    if (typeof hole !== 'boolean' || typeof zero !== 'boolean') {
      throw new Error(`extent at ${offset}: expected hole and zero to be true or false`);
    }
    if (zero) await checkZero(driver, disk, { offset, length });
    offset += length;
    count += 1;
    if (count === countMax) break;
  }
}

async function checkZero(driver: Driver, disk: DiskModel, range: Range): Promise<void> {
  const found = await callRead(driver, range, disk);
  disk.check(found, range.offset);
  const wrong = found.findIndex((byte) => byte !== 0);
  if (wrong === -1) return;
  throw new Error(
    `extent at ${range.offset}: expected zeroes, found ${found[wrong]} at ${range.offset + wrong}`,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
