/** Reads the JSON of a head. */
import { VolumeError } from '../volume-error.ts';
import { CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, isChunkBytes } from './chunk-limits.ts';

/** Characters that are told of what was found. */
const FOUND_MAX = 80;

/** Fields of a record from outside, each looked at as it is taken. What is wrong is told with where it is. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #where: string;

  constructor(found: unknown, where: string) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      throw new VolumeError('damaged', `${where}: expected a record`);
    }
    this.#record = found as Readonly<Record<string, unknown>>;
    this.#where = where;
  }

  has(name: string): boolean {
    return this.#record[name] !== undefined;
  }

  /** An integer of at least 0. */
  count(name: string): number {
    const found = this.#record[name];
    if (Number.isSafeInteger(found) && (found as number) >= 0) return found as number;
    throw this.fault(name, 'an integer of at least 0');
  }

  chunkBytes(name: string): number {
    const found = this.count(name);
    if (isChunkBytes(found)) return found;
    throw this.fault(name, `a power of two of ${CHUNK_BYTES_MIN} to ${CHUNK_BYTES_MAX}`);
  }

  text(name: string): string {
    const found = this.#record[name];
    if (typeof found === 'string') return found;
    throw this.fault(name, 'text');
  }

  flag(name: string): boolean {
    const found = this.#record[name];
    if (typeof found === 'boolean') return found;
    throw this.fault(name, 'true or false');
  }

  record(name: string): Fields {
    return new Fields(this.#record[name], `${this.#where}: ${name}`);
  }

  list<Item>(name: string, item: (fields: Fields) => Item): readonly Item[] {
    const found = this.#record[name];
    if (!Array.isArray(found)) throw this.fault(name, 'a list');
    return found.map((each) => item(new Fields(each, `${this.#where}: ${name}`)));
  }

  /** What to throw where something else was expected. */
  fault(name: string, expected: string): VolumeError {
    const found = JSON.stringify(this.#record[name])?.slice(0, FOUND_MAX);
    return new VolumeError(
      'damaged',
      `${this.#where}: ${name}: expected ${expected}, found ${found}`,
    );
  }
}
