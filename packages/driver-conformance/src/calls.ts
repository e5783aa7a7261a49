/**
 * Calls of a driver as the session makes them, with buffers that are lent and spoilt.
 */
import type { BatchedRead, Driver } from '@nbd/driver';
import type { DiskModel } from './disk-model.ts';
import { LentBuffer } from './lent-buffer.ts';
import type { Range } from './range.ts';
import { someAtATime } from './some-at-a-time.ts';

/** Reads a range. `disk` is used to spoil the target: each byte starts as another than is expected. */
export async function callRead(driver: Driver, range: Range, disk: DiskModel): Promise<Uint8Array> {
  const target = LentBuffer.target(disk.bytes(range.offset, range.length));
  try {
    await driver.read(target.bytes, range.offset);
  } catch (cause) {
    throw refused('read', range, cause);
  }
  return target.takeBack();
}

/**
 * Reads ranges that arrive together: by `readBatch`, or as calls that overlap if the driver has none. `takeViews`: a disk that
 * lends views may, and `disk` keeps them.
 */
export async function callReads(
  driver: Driver,
  ranges: readonly Range[],
  disk: DiskModel,
  takeViews: boolean,
): Promise<Uint8Array[]> {
  if (driver.readBatch === undefined) {
    return someAtATime(ranges, driver.concurrency ?? ranges.length, (range) =>
      callRead(driver, range, disk),
    );
  }
  const targets = ranges.map(({ offset, length }) => LentBuffer.target(disk.bytes(offset, length)));
  const batch = targets.map(({ bytes }, i) => ({
    target: bytes,
    offset: ranges[i]?.offset ?? 0,
    answer: undefined as Promise<void> | undefined,
    takesView: takeViews && driver.lendsViews === true,
    view: undefined as Uint8Array | undefined,
  }));
  driver.readBatch(batch);
  const answers = batch.map(({ answer }) => answer);
  const views = batch.map((slot) => lentBy(slot, disk));
  // The objects are the session's again, and are used for the next batch.
  for (const slot of batch) Object.assign(slot, { target: new Uint8Array(0), offset: NaN });
  return Promise.all(
    targets.map(async (target, i) => {
      await answers[i];
      const filled = target.takeBack();
      return views[i] ?? filled;
    }),
  );
}

/** What the read was answered with in place of its target, as it is now. */
function lentBy(
  { target, offset, answer, takesView, view }: BatchedRead,
  disk: DiskModel,
): Uint8Array | undefined {
  if (view === undefined) return undefined;
  const what = `a view for a read of ${target.length} bytes at ${offset}`;
  if (takesView !== true) throw new Error(`${what}, which takes none`);
  if (answer !== undefined) throw new Error(`${what}, which is answered later`);
  if (view.length !== target.length) throw new Error(`${what}: it has ${view.length}`);
  disk.lends(view, offset);
  return new Uint8Array(view);
}

/** Writes a range, and spoils the source as early as the driver allows. */
export async function callWrite(
  driver: Driver,
  content: Uint8Array,
  offset: number,
  fua: boolean,
): Promise<void> {
  const source = LentBuffer.source(content);
  try {
    const answer = driver.write?.(source.bytes, offset, { fua });
    if (driver.retainsSource === false) checkUnchanged(source.takeBack(), content);
    await answer;
  } catch (cause) {
    throw refused('write', { offset, length: content.length }, cause);
  }
  if (driver.retainsSource !== false) checkUnchanged(source.takeBack(), content);
}

/** What is to be written, and where to. */
export interface DrawnWrite {
  readonly content: Uint8Array;
  readonly offset: number;
  readonly fua: boolean;
}

/** Writes what arrives together: by `writeBatch`, or one after the other if the driver has none. */
export async function callWrites(driver: Driver, writes: readonly DrawnWrite[]): Promise<void> {
  if (driver.writeBatch === undefined) {
    for (const { content, offset, fua } of writes) await callWrite(driver, content, offset, fua);
    return;
  }
  const lent = writes.map(({ content }) => ({ content, source: LentBuffer.source(content) }));
  const batch = lent.map(({ source }, i) => ({
    source: source.bytes,
    offset: writes[i]?.offset ?? 0,
    fua: writes[i]?.fua ?? false,
    answer: undefined as Promise<void> | undefined,
  }));
  driver.writeBatch(batch);
  const answers = batch.map(({ answer }) => answer);
  // The objects are the session's again, and are used for the next batch.
  for (const slot of batch) Object.assign(slot, { source: new Uint8Array(0), offset: NaN });
  const retains = driver.retainsSource !== false;
  if (!retains) for (const { source, content } of lent) checkUnchanged(source.takeBack(), content);
  await Promise.all(
    lent.map(async ({ source, content }, i) => {
      await answers[i];
      if (retains) checkUnchanged(source.takeBack(), content);
    }),
  );
}

/** The error of a call that should have been answered. */
export function refused(what: string, { offset, length }: Range, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${what} of ${length} bytes at ${offset}: ${reason}`, { cause });
}

function checkUnchanged(found: Uint8Array, content: Uint8Array): void {
  const wrong = found.findIndex((byte, i) => byte !== content[i]);
  if (wrong !== -1) throw new Error(`the driver changed byte ${wrong} of the source`);
}
