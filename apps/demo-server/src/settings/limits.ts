/**
 * Limits as people write them: by name, in seconds where they are times, and bytes as sizes.
 */
import { type Limit, LIMITS, type ServerLimits } from '@nbd/server';
import { describeValue } from './describe-value.ts';
import { ProgramError } from '../program-error.ts';
import { parseSize } from './size.ts';

/** What is said of some limits, in the units of the server: bytes and milliseconds. */
export type Limits = { readonly [Name in keyof ServerLimits]?: ServerLimits[Name] };

const MILLIS = 1000;

/**
 * The value of the limit `name`, in the units of the server; texts come from the command line.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseLimit(name: string, value: unknown): number {
  const limit = limitOf(name);
  if (limit === undefined) {
    throw wrong(`unknown limit, expected one of ${Object.keys(LIMITS).join(', ')}`);
  }
  const count = countIn(limit, value);
  const { minimum = 1, maximum = Number.MAX_SAFE_INTEGER } = limit;
  if (count !== undefined && count >= minimum && count <= maximum) return count;
  throw wrong(`expected ${describeBounds(limit)}, found ${describeValue(value)}`);
}

/** A line for each limit: its name, its default and its unit. */
export function limitLines(): readonly string[] {
  const width = Math.max(...Object.keys(LIMITS).map(({ length }) => length));
  return Object.entries(LIMITS).map(
    ([name, limit]: [string, Limit]) => `${name.padEnd(width)}  ${describeDefault(limit)}`,
  );
}

function limitOf(name: string): Limit | undefined {
  return Object.hasOwn(LIMITS, name) ? LIMITS[name as keyof ServerLimits] : undefined;
}

/** Undefined: it is no count. */
function countIn({ unit }: Limit, value: unknown): number | undefined {
  if (unit === 'bytes' && typeof value === 'string') return parseSize(value);
  const isText = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value);
  const count = isText ? Number(value) : value;
  if (typeof count !== 'number' || Number.isNaN(count)) return undefined;
  // Rounded up: 0 has a meaning of its own.
  if (unit === 'milliseconds') return Math.ceil(count * MILLIS);
  return Number.isSafeInteger(count) ? count : undefined;
}

function describeBounds({ unit, minimum = 1, maximum }: Limit): string {
  if (unit === 'milliseconds') return `seconds from 0 to ${Math.floor((maximum ?? 0) / MILLIS)}`;
  const what = unit === 'bytes' ? 'bytes or a size such as 64K' : 'a whole number';
  const bounds = maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return `${what} ${bounds}`;
}

function describeDefault({ unit, default: value }: Limit): string {
  switch (unit) {
    case 'milliseconds':
      return `${value / MILLIS} seconds`;
    case 'bytes':
      return value % 2 ** 20 === 0 ? `${value / 2 ** 20}M bytes` : `${value / 1024}K bytes`;
    default:
      return `${value} ${unit}`;
  }
}

function wrong(message: string): ProgramError {
  return new ProgramError('wrong-usage', message);
}
