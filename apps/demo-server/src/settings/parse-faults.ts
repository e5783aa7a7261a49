/**
 * What goes wrong with a disk, as filters of a SPEC say it: what stands behind "delay:" and "fault:".
 *
 *   DELAY = CALL "=" TIME *( "," CALL "=" TIME )
 *   FAULT = CALL *( "," KEY [ "=" VALUE ] )
 *   CALL  = "any" | "read" | "write" | "flush" | "trim" | "zero" | "cache" | "extents" | "resize"
 *   TIME  = NUMBER ( "ms" | "s" )
 */
import { DISK_CALLS, FAIL_CODES, type Fault, FaultPlan } from '@nbd/filters';
import { ProgramError } from '../program-error.ts';
import { parseSize } from './size.ts';

/** Faults that share a seed. */
export interface FaultsSpec {
  readonly kind: 'faults';
  readonly faults: readonly Fault[];
  readonly seed: number;
}

/** What `at` covers if it does not say. */
const SECTOR_BYTES = 512;

const TIME = /^(?<count>\d+(?:\.\d+)?)(?<unit>ms|s)$/;

/** Which calls a fault falls on. */
const SCOPES: Readonly<Record<string, (value: string) => Fault>> = {
  at: (value) => ({ touching: range(value) }),
  nth: (value) => ({ nth: number(value) }),
  times: (value) => ({ times: number(value) }),
  chance: (value) => ({ chance: number(value) }),
};

/** What befalls them. */
const EFFECTS: Readonly<Record<string, (value: string) => Fault>> = {
  error: (value) => ({ fail: code(value) }),
  delay: (value) => ({ delay: time(value) }),
  hang: (value) => ({ hang: alone(value) }),
  lose: (value) => ({ lose: alone(value) }),
  tear: (value) => ({ tear: value === 'anywhere' ? value : { after: parseSize(value) } }),
  corrupt: (value) => ({ corrupt: { bytes: number(value) } }),
};

const KEYS = { ...SCOPES, ...EFFECTS };

/**
 * Reads a DELAY.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseDelay(text: string): FaultsSpec {
  const faults = text.split(',').map((part): Fault => {
    const [call, value] = split(part);
    return Object.assign(scopeOf(call), { delay: time(value) });
  });
  return { kind: 'faults', faults, seed: 0 };
}

/**
 * Reads a FAULT.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseFault(text: string): FaultsSpec {
  const [call = '', ...parts] = text.split(',');
  const scope = scopeOf(call);
  const values = new Map<string, string>();
  for (const [key, value] of parts.map(split)) {
    if (key !== 'seed' && !Object.hasOwn(KEYS, key)) {
      throw wrong(`unknown key ${quote(key)} of a fault, expected ${keysOf(KEYS)}, seed`);
    }
    if (values.has(key)) throw wrong(`two values of ${quote(key)}`);
    values.set(key, value);
  }
  if (!Object.keys(EFFECTS).some((key) => values.has(key))) {
    throw wrong(`expected what befalls the calls, one of ${keysOf(EFFECTS)}, found none`);
  }
  const seed = number(values.get('seed') ?? '0');
  values.delete('seed');
  const fault = Object.assign(
    scope,
    ...Array.from(values, ([key, value]) => KEYS[key]?.(value)),
  ) as Fault;
  check(fault);
  return { kind: 'faults', faults: [fault], seed };
}

/** A plan knows which numbers cannot be. */
function check(fault: Fault): void {
  try {
    new FaultPlan({ clock: { after: () => () => undefined } }).add(fault);
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function scopeOf(word: string): Fault {
  if (word === 'any') return {};
  const call = DISK_CALLS.find((each) => each === word);
  if (call !== undefined) return { on: call };
  throw wrong(`unknown call ${quote(word)}, expected any, ${DISK_CALLS.join(', ')}`);
}

/** "nth=3"; of a word alone the value is empty. */
function split(part: string): readonly [key: string, value: string] {
  const at = part.indexOf('=');
  return at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
}

function number(value: string): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value);
  throw wrong(`expected a number, found ${quote(value)}`);
}

function time(value: string): number {
  const { count, unit } = TIME.exec(value)?.groups ?? {};
  if (count === undefined) throw wrong(`expected a time, such as 5ms or 2s, found ${quote(value)}`);
  return Number(count) * (unit === 's' ? 1000 : 1);
}

/** "4096" or "1M+4K". */
function range(value: string): NonNullable<Fault['touching']> {
  const [offset = '', length] = value.split('+', 2);
  return {
    offset: parseSize(offset),
    length: length === undefined ? SECTOR_BYTES : parseSize(length),
  };
}

function code(value: string): NonNullable<Fault['fail']> {
  const found = FAIL_CODES.find((each) => each === value);
  if (found !== undefined) return found;
  throw wrong(`unknown error ${quote(value)}, expected one of ${FAIL_CODES.join(', ')}`);
}

function alone(value: string): true {
  if (value === '') return true;
  throw wrong(`expected nothing behind hang or lose, found ${quote(value)}`);
}

function keysOf(table: object): string {
  return Object.keys(table).join(', ');
}

function wrong(message: string): ProgramError {
  return new ProgramError('wrong-usage', message);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
