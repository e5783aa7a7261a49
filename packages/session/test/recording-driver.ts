/** A small disk of bytes that writes down what is asked of it, and answers as a test wants. */
import type { Awaitable, Driver, WriteOptions, ZeroOptions } from '@nbd/driver';

/** The methods that a driver may leave out. */
type Method = 'write' | 'flush' | 'trim' | 'zero' | 'cache' | 'resize';

export interface RecordingOptions {
  readonly size?: number;
  /** Which methods there are beside `read`. Default: all. */
  readonly offers?: readonly Method[];
  /** Other facts of the disk, and methods in place of its own. */
  readonly facts?: Partial<Driver>;
  /** Called before each call is carried out: may throw, or make it wait. */
  readonly before?: (call: string) => Awaitable<void>;
}

export interface Recording {
  readonly driver: Driver;
  /** Each call, such as "write 0+4 fua": its method, offset + length, and the options that were set. */
  readonly calls: string[];
  readonly disk: Uint8Array;
}

const ALL: readonly Method[] = ['write', 'flush', 'trim', 'zero', 'cache', 'resize'];

export function recordingDriver({
  size = 65_536,
  offers = ALL,
  facts = {},
  before = () => undefined,
}: RecordingOptions = {}): Recording {
  const calls: string[] = [];
  const disk = new Uint8Array(Math.min(size, 2 ** 20));
  let sizeNow = size;

  const carryOut = (call: string, effect: () => void): Awaitable<void> => {
    calls.push(call);
    const answer = before(call);
    if (answer === undefined) return effect();
    return answer.then(effect);
  };
  const methods: Required<Pick<Driver, Method>> = {
    write: (source, offset, options) =>
      carryOut(`write ${offset}+${source.length}${spell(options)}`, () => disk.set(source, offset)),
    flush: () => carryOut('flush', () => undefined),
    trim: (offset, length, options) =>
      carryOut(`trim ${offset}+${length}${spell(options)}`, () => undefined),
    zero: (offset, length, options) =>
      carryOut(`zero ${offset}+${length}${spell(options)}`, () => {
        disk.fill(0, offset, offset + length);
      }),
    cache: (offset, length) => carryOut(`cache ${offset}+${length}`, () => undefined),
    resize: (newSize) =>
      carryOut(`resize ${newSize}`, () => {
        sizeNow = newSize;
      }),
  };
  const driver: Driver = {
    get size() {
      return sizeNow;
    },
    read: (target, offset) =>
      carryOut(`read ${offset}+${target.length}`, () => {
        target.set(disk.subarray(offset, offset + target.length));
      }),
    ...Object.fromEntries(offers.map((method) => [method, methods[method]])),
    ...facts,
  };
  return { driver, calls, disk };
}

function spell(options: WriteOptions & Partial<ZeroOptions>): string {
  const set = Object.entries(options).filter(([, value]) => value === true);
  return set.map(([name]) => ` ${name}`).join('');
}
