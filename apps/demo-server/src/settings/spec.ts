/**
 * What an export is made of, as one line: a driver followed by filters.
 *
 *   SPEC    = DRIVER *( " | " FILTER )
 *   DRIVER  = "file:" PATH | "dir:" PATH | "memory:" SIZE | "null:" SIZE | "pattern:" SIZE | VOLUME
 *   VOLUME  = "s3://" BUCKET [ "/" PREFIX ] "/" NAME, and more as `volume-spec.ts` has it
 *   FILTER  = "readonly" | "delay:" DELAY | "fault:" FAULT, the last two as `parse-faults.ts` has them
 *
 * A bar separates only where there is white space on both sides of it, or before it at the end. So a
 * path may hold bars, colons and spaces; only " | " itself it may not hold.
 */
import { type FaultsSpec, parseDelay, parseFault } from './parse-faults.ts';
import { ProgramError } from '../program-error.ts';
import { parseSize } from './size.ts';
import { parseVolumeSpec, type VolumeSpec } from './volume-spec.ts';

/** A disk. */
export type DiskDriverSpec =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'memory' | 'null' | 'pattern'; readonly size: number }
  | ({ readonly kind: 's3' } & VolumeSpec);

/** A disk, or a folder of them. */
export type DriverSpec = DiskDriverSpec | { readonly kind: 'dir'; readonly path: string };

export type FilterSpec = { readonly kind: 'readonly' } | FaultsSpec;

export interface Spec<D extends DriverSpec = DriverSpec> {
  readonly driver: D;
  /** The first is nearest to the driver. */
  readonly filters: readonly FilterSpec[];
  /** For clients under TLS only. A SPEC cannot say so, a configuration file can. */
  readonly tls?: 'require';
}

const BAR = /\s+\|(?:\s+|$)/;

/** What comes behind the colon, for those who forgot it. */
const EXAMPLES: Readonly<Record<DriverSpec['kind'], string>> = {
  file: 'file:disk.img',
  dir: 'dir:/images',
  memory: 'memory:64M',
  null: 'null:1T',
  pattern: 'pattern:1G',
  s3: 's3://bucket/volume',
};

/**
 * Reads a SPEC.
 *
 * @throws ProgramError "wrong-usage" that quotes `text` and says what is known
 */
export function parseSpec(text: string): Spec {
  const [driver = '', ...filters] = text.split(BAR);
  return {
    driver: parseDriver(driver, text),
    filters: filters.map((filter) => parseFilter(filter, text)),
  };
}

function parseDriver(driver: string, text: string): DriverSpec {
  const colon = driver.indexOf(':');
  const kind = colon === -1 ? driver : driver.slice(0, colon);
  const argument = colon === -1 ? '' : driver.slice(colon + 1);
  if (!isDriverKind(kind)) throw unknown('driver', kind, text, Object.keys(EXAMPLES));
  if (argument === '') {
    throw wrong(`expected more behind "${kind}", such as ${EXAMPLES[kind]}, in ${quote(text)}`);
  }
  if (kind === 'file' || kind === 'dir') return { kind, path: argument };
  if (kind === 's3') return inside(text, () => ({ kind, ...parseVolumeSpec(driver) }));
  return inside(text, () => ({ kind, size: parseSize(argument) }));
}

function parseFilter(filter: string, text: string): FilterSpec {
  if (filter === 'readonly') return { kind: 'readonly' };
  const [name = ''] = filter.split(':', 1);
  const argument = filter.slice(name.length + 1);
  switch (name) {
    case 'readonly':
      throw wrong(`"readonly" takes nothing behind it, in ${quote(text)}`);
    case 'delay':
      return inside(text, () => parseDelay(argument));
    case 'fault':
      return inside(text, () => parseFault(argument));
    default:
      throw unknown('filter', name, text, ['readonly', 'delay', 'fault']);
  }
}

/** Whatever is wrong with a part is told together with the whole. */
function inside<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw wrong(`${error.message} in ${quote(text)}`);
  }
}

function isDriverKind(kind: string): kind is DriverSpec['kind'] {
  return Object.hasOwn(EXAMPLES, kind);
}

function unknown(what: string, name: string, text: string, known: readonly string[]): ProgramError {
  return wrong(
    `unknown ${what} ${quote(name)} in ${quote(text)}: this server knows ${known.join(', ')}`,
  );
}

function wrong(message: string): ProgramError {
  return new ProgramError('wrong-usage', message);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
