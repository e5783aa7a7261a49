import { type Limit, LIMITS } from '@nbd/server';
import { expect, test } from 'vitest';
import { limitLines, parseLimit } from './limits.ts';
import { ProgramError } from '../program-error.ts';

const all = Object.entries<Limit>(LIMITS);

test.each([
  ['payloadBytesMax', '1M', 2 ** 20],
  ['payloadBytesMax', '65536', 65_536],
  ['payloadBytesMax', 65_536, 65_536],
  ['inFlightMax', '7', 7],
  ['inFlightMax', 7, 7],
  ['idleTimeout', '2.5', 2500],
  ['idleTimeout', 2.0001, 2001],
  ['stallTimeout', 0, 0],
  ['connectionsPerAddressMax', '0', 0],
])('%s of %j is %d in the units of the server', (name, value, count) => {
  expect(parseLimit(name, value)).toBe(count);
});

test.each(all)('%s is one that can be set to its default and to its bounds', (name, limit) => {
  const scale = limit.unit === 'milliseconds' ? 1000 : 1;
  const { minimum = 1, maximum = Number.MAX_SAFE_INTEGER } = limit;
  for (const count of [limit.default, minimum, maximum]) {
    expect(parseLimit(name, count / scale)).toBe(count);
  }
  expect(() => parseLimit(name, minimum - 1)).toThrow(ProgramError);
});

test.each([
  ['payloadBytesMax', '1', 'expected bytes or a size such as 64K of at least 4096, found "1"'],
  [
    'payloadBytesMax',
    'much',
    'expected a size in bytes or with one of K M G T P E, such as 64M, found "much"',
  ],
  ['nameBytesMax', 4097, 'expected bytes or a size such as 64K from 1 to 4096, found 4097'],
  ['inFlightMax', '1.5', 'expected a whole number of at least 1, found "1.5"'],
  ['inFlightMax', '1e3', 'expected a whole number of at least 1, found "1e3"'],
  ['inFlightMax', null, 'expected a whole number of at least 1, found null'],
  ['idleTimeout', '-1', 'expected seconds from 0 to 2147483, found "-1"'],
  ['idleTimeout', 2_147_484, 'expected seconds from 0 to 2147483, found 2147484'],
  ['maxConnections', 5, `unknown limit, expected one of ${all.map(([name]) => name).join(', ')}`],
  ['constructor', 5, `unknown limit, expected one of ${all.map(([name]) => name).join(', ')}`],
])('%s of %j is wrong usage', (name, value, message) => {
  expect(() => parseLimit(name, value)).toThrow(new ProgramError('wrong-usage', message));
});

test('a line tells of each its name, default and unit', () => {
  const lines = limitLines().map((line) => line.replaceAll(/ +/g, ' '));
  expect(lines).toHaveLength(all.length);
  expect(lines).toEqual(
    expect.arrayContaining([
      'payloadBytesMax 32M bytes',
      'nameBytesMax 4K bytes',
      'inFlightMax 128 requests',
      'tlsHandshakeTimeout 10 seconds',
      'idleTimeout 0 seconds',
    ]),
  );
});
