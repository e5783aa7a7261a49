/** A file or a block device as an end of a copy, by the driver that serves them, too. */
import { open, stat } from 'node:fs/promises';
import type { Driver } from '@nbd/driver';
import { failure, ProgramError } from '../program-error.ts';
import type { Destination, Run, Source, WriteWishes } from './ends.ts';
import { writeZeroes } from './write-zeroes.ts';

/** A write is answered when the bytes are in the page cache, whatever the file is. */
const NOT_FUA = { fua: false };

export async function openFileSource(path: string): Promise<Source> {
  const disk = await openDisk(path, true);
  return {
    name: path,
    size: disk.size,
    blockMinimum: disk.blockSize?.minimum ?? 1,
    runs: () => runsOf(disk),
    async read(target, offset) {
      await disk.read(target, offset);
      return target.length;
    },
    close: async () => disk.close?.(),
  };
}

/**
 * Opens the file, or creates it, and locks it against others that write. Its bytes are there until
 * `prepare`.
 *
 * @throws ProgramError "failed", also if it is the file at `sourcePath`
 */
export async function openFileDestination(
  path: string,
  sourcePath: string | undefined,
  { allocated }: WriteWishes,
): Promise<Destination> {
  await createIfAbsent(path);
  if (sourcePath !== undefined && (await isSameFile(path, sourcePath))) {
    throw new ProgramError('failed', `${path}: the source and the destination are the same file`);
  }
  const disk = await openDisk(path, false);
  return new FileDestination(path, disk, allocated);
}

/** A regular file becomes empty before the copy, so that what is not written is a hole. */
class FileDestination implements Destination {
  readonly name: string;
  readonly capacity: number | undefined;
  readonly blockMinimum: number;
  readonly startsEmpty: boolean;
  readonly #disk: Driver;
  readonly #allocated: boolean;
  /** Settles when the file has as many bytes as have been asked for. */
  #grown: Promise<void> = Promise.resolve();
  #size = 0;

  constructor(path: string, disk: Driver, allocated: boolean) {
    const isDevice = disk.resize === undefined;
    this.name = path;
    this.capacity = isDevice ? disk.size : undefined;
    this.blockMinimum = disk.blockSize?.minimum ?? 1;
    this.startsEmpty = !isDevice;
    this.#disk = disk;
    this.#allocated = allocated;
  }

  async prepare(size: number | undefined): Promise<void> {
    if (!this.startsEmpty) return;
    await this.#disk.resize?.(0);
    await this.#growTo(size ?? 0);
  }

  async write(source: Uint8Array, offset: number): Promise<void> {
    await this.#growTo(offset + source.length);
    await this.#disk.write?.(source, offset, NOT_FUA);
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.#growTo(offset + length);
    if (this.#disk.zero === undefined) {
      await writeZeroes(offset, length, (zeroes, at) => this.write(zeroes, at));
      return;
    }
    const options = { ...NOT_FUA, mayTrim: !this.#allocated, fast: false };
    await this.#disk.zero(offset, length, options);
  }

  async finish(size: number, flush: boolean): Promise<void> {
    await this.#growTo(size);
    if (flush) await this.#disk.flush?.();
  }

  async close(): Promise<void> {
    await this.#disk.close?.();
  }

  /** One step after the other, and never back, whatever the order of the writes. */
  async #growTo(end: number): Promise<void> {
    if (end > this.#size && this.capacity === undefined) {
      this.#size = end;
      this.#grown = this.#grown.then(() => this.#disk.resize?.(end));
    }
    await this.#grown;
  }
}

async function* runsOf(disk: Driver): AsyncGenerator<Run> {
  const { size } = disk;
  for (let at = 0; at < size; ) {
    const extents = disk.extents?.(at, size - at) ?? [{ length: size - at, zero: false }];
    for await (const { length, zero } of extents) {
      yield { length, zero };
      at += length;
    }
  }
}

/**
 * Large writes go to the thread pool, so that the loop takes in what comes next meanwhile. The driver
 * is loaded when a file is first opened: most calls open none.
 */
async function openDisk(path: string, readOnly: boolean): Promise<Driver> {
  const { fileDriver } = await import('@nbd/driver-file');
  try {
    return await fileDriver({ path, readOnly, io: readOnly ? 'auto' : 'async' });
  } catch (error) {
    throw failure(error);
  }
}

/** As `cp` does; a device is there already. */
async function createIfAbsent(path: string): Promise<void> {
  try {
    await (await open(path, 'a')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw failure(error);
    const message = `${path}: expected a file or a block device, found a directory`;
    throw new ProgramError('failed', message, { cause: error });
  }
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(path), stat(other)]);
  return a.dev === b.dev && a.ino === b.ino;
}
