import type { Driver } from '@nbd/driver';
import fc from 'fast-check';
import { callRead, callWrite, callWrites } from './calls.ts';
import type { DriverConformanceOptions } from './conformance-options.ts';
import { sizesOf } from './conformance-options.ts';
import { contentOf, contentTag } from './content.ts';
import { DiskModel } from './disk-model.ts';
import type { DrawnRange, Range } from './range.ts';
import { drawnRange, place, wholeDisk } from './range.ts';
import type { PropertyRuns } from './property-runs.ts';
import { propertyRuns } from './property-runs.ts';
import { someAtATime } from './some-at-a-time.ts';
import type { Traits } from './traits.ts';
import { traitsOf } from './traits.ts';
import { withDisk } from './with-disk.ts';

type CallKind = 'read' | 'write' | 'zero' | 'trim';

interface DrawnCall {
  readonly kind: CallKind;
  readonly drawn: DrawnRange;
  readonly tag: number;
  /** A write that arrives together with others, if the disk takes them so. */
  readonly together: boolean;
}

/** One of the calls that overlap, with the bytes that it leaves, if it is one that changes them. */
interface Call extends Range {
  readonly kind: CallKind;
  readonly content: Uint8Array;
  readonly together: boolean;
}

/**
 * Calls may overlap, in time and in place: afterwards each byte is as one of the writers left it, and a
 * read meanwhile found it so or as it was before.
 */
export async function checkOverlaps(
  options: DriverConformanceOptions,
  runs: PropertyRuns = propertyRuns(options),
): Promise<void> {
  const size = Math.max(...sizesOf(options));
  const traits = await withDisk(options, size, async (driver) => traitsOf(driver));
  const drawnCall: fc.Arbitrary<DrawnCall> = fc.record({
    kind: fc.constantFrom(...kindsOf(traits)),
    drawn: drawnRange,
    tag: contentTag,
    together: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      contentTag,
      fc.array(drawnCall, { minLength: 2, maxLength: 8, size: 'max' }),
      (tag, drawnCalls) =>
        withDisk(options, size, async (driver) => {
          const before = new DiskModel(size, options);
          if (traits.writable) await fill(driver, before, traits, tag);
          await overlap(
            driver,
            before,
            drawnCalls.map((call) => placeCall(call, size, traits)),
            traits,
          );
        }),
    ),
    { ...runs },
  );
}

function kindsOf(traits: Traits): CallKind[] {
  return (['read', 'write', 'zero', 'trim'] as const).filter(
    (kind) => kind === 'read' || (kind === 'write' ? traits.writable : traits[kind]),
  );
}

function placeCall(call: DrawnCall, size: number, traits: Traits): Call {
  const { kind, drawn, tag, together } = call;
  const range = place(drawn, size, traits);
  return { kind, ...range, content: contentOf(kind === 'write' ? tag : 0, range.length), together };
}

async function fill(driver: Driver, disk: DiskModel, traits: Traits, tag: number): Promise<void> {
  for (const { offset, length } of wholeDisk(disk.size, traits)) {
    const content = contentOf(tag, length);
    await callWrite(driver, content, offset, false);
    disk.write(content, offset);
  }
}

async function overlap(
  driver: Driver,
  before: DiskModel,
  calls: readonly Call[],
  traits: Traits,
): Promise<void> {
  const after = before.copy();
  for (const call of calls) apply(call, after);
  const mayBeAfter = (offset: number, byte: number) =>
    after.allows(offset, byte) || isLeftBy(calls, offset, byte);
  const mayBeMeanwhile = (offset: number, byte: number) =>
    before.allows(offset, byte) || mayBeAfter(offset, byte);

  const takesBatches = driver.writeBatch !== undefined && driver.concurrency === undefined;
  const isBatched = ({ kind, together }: Call) => takesBatches && together && kind === 'write';
  const batch = calls
    .filter(isBatched)
    .map(({ content, offset }) => ({ content, offset, fua: false }));
  const others = calls.filter((call) => !isBatched(call));
  await Promise.all([
    batch.length > 0 && callWrites(driver, batch),
    someAtATime(others, driver.concurrency ?? calls.length, async (call) => {
      if (call.kind !== 'read') await change(driver, call);
      else checkBytes(await callRead(driver, call, before), call.offset, mayBeMeanwhile);
    }),
  ]);
  for (const range of wholeDisk(after.size, traits)) {
    checkBytes(await callRead(driver, range, after), range.offset, mayBeAfter);
  }
}

/** Makes a call that changes the disk. */
async function change(driver: Driver, { kind, offset, length, content }: Call): Promise<void> {
  if (kind === 'write') await callWrite(driver, content, offset, false);
  if (kind === 'trim') await driver.trim?.(offset, length, { fua: false });
  if (kind === 'zero') {
    await driver.zero?.(offset, length, { fua: false, mayTrim: true, fast: false });
  }
}

function apply({ kind, offset, length, content }: Call, disk: DiskModel): void {
  if (kind === 'trim') disk.trim(offset, length);
  else if (kind !== 'read') disk.write(content, offset);
}

function isLeftBy(calls: readonly Call[], at: number, byte: number): boolean {
  return calls.some(({ kind, offset, length, content }) => {
    if (kind === 'read' || at < offset || at >= offset + length) return false;
    return kind === 'trim' || content[at - offset] === byte;
  });
}

function checkBytes(
  found: Uint8Array,
  offset: number,
  mayBe: (offset: number, byte: number) => boolean,
): void {
  const wrong = found.findIndex((byte, i) => !mayBe(offset + i, byte));
  if (wrong === -1) return;
  throw new Error(
    `byte ${offset + wrong}: expected what one of the overlapping calls left, found ${found[wrong]}`,
  );
}
