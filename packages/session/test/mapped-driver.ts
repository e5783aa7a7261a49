/** A disk with extents and maps as a test has drawn them, which tells them at once or later, and writes down what is asked. */
import type { Driver, Extent, MapRun } from '@nbd/driver';

export interface MappedOptions {
  readonly size: number;
  /** From the start of the disk; what is behind them is data. Absent: the disk has no extents to tell. */
  readonly extents?: readonly Extent[];
  /** The maps by their names, each from the start of the disk; what is behind the runs has the value 0. */
  readonly maps?: Readonly<Record<string, readonly MapRun[]>>;
  /** Everything is answered a microtask later. */
  readonly isLate?: boolean;
  readonly facts?: Partial<Driver>;
  /** Called before each call is carried out: may throw, and then the call fails. */
  readonly before?: (call: string) => void;
}

export interface Mapped {
  readonly driver: Driver;
  readonly disk: Uint8Array;
  /** Each call, such as "read 0+4" or "extents 0+4096". */
  readonly calls: string[];
}

export function mappedDriver({
  size,
  extents,
  maps = {},
  isLate = false,
  facts = {},
  before = () => undefined,
}: MappedOptions): Mapped {
  const calls: string[] = [];
  const disk = bytesThatTellTheirPlace(size);
  let at = 0;
  for (const { length, zero } of extents ?? []) {
    if (zero) disk.fill(0, at, at + length);
    at += length;
  }
  const note = (call: string) => {
    calls.push(call);
    before(call);
  };

  function* runsOf<Run extends { readonly length: number }>(
    runs: readonly Run[],
    rest: Run,
    offset: number,
    length: number,
  ): Generator<Run> {
    let start = 0;
    const told = runs.reduce((sum, run) => sum + run.length, 0);
    for (const run of [...runs, { ...rest, length: size - told }]) {
      const end = start + run.length;
      if (start >= offset + length) return;
      if (end > offset) {
        note(`run at ${Math.max(start, offset)}`);
        yield { ...run, length: end - Math.max(start, offset) };
      }
      start = end;
    }
  }

  const told = <Run>(runs: Iterable<Run>) => (isLate ? later(runs) : runs);
  const methods: Driver = {
    size,
    read(target, offset) {
      const call = `read ${offset}+${target.length}`;
      const fill = () => target.set(disk.subarray(offset, offset + target.length));
      if (!isLate) {
        note(call);
        return fill();
      }
      return Promise.resolve()
        .then(() => note(call))
        .then(fill);
    },
    maps: Object.entries(maps).map(([name, runs]) => ({
      name,
      runs: (offset: number, length: number) =>
        told(runsOf(runs, { length: 0, value: 0 }, offset, length)),
    })),
    ...(extents !== undefined && {
      extents: (offset: number, length: number) => {
        calls.push(`extents ${offset}+${length}`);
        const rest = { length: 0, hole: false, zero: false };
        return told(runsOf(extents, rest, offset, length));
      },
    }),
    ...facts,
  };
  return { driver: methods, disk, calls };
}

/** Like `content`, for megabytes. */
function bytesThatTellTheirPlace(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + 1) % 251;
  return bytes;
}

async function* later<Run>(runs: Iterable<Run>): AsyncGenerator<Run> {
  for (const run of runs) yield await Promise.resolve(run);
}
