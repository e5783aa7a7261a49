/** SECURITY.md tells the limits that there are, as they are. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Limit, LIMITS, OPTION_LIMITS } from '../src/index.ts';

const page = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8');

/** The cells of each row whose first one is the name of a limit. */
const rows = Array.from(
  page.matchAll(/^\| `\w+(?:Max|Min|Connections|Timeout)` .*\|$/gm),
  ([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
);

const SCOPES = { connection: 'a connection', address: 'an address', server: 'all' } as const;

function rowOf([name, limit]: readonly [string, Limit]): readonly string[] {
  return [`\`${name}\``, describe(limit), SCOPES[limit.of], limit.beyond, limit.reason];
}

function describe({ unit, default: value }: Limit): string {
  const count = value.toLocaleString('en-US');
  switch (unit) {
    case 'milliseconds':
      return value === 0 ? 'none' : `${count} ms`;
    case 'bytes':
      if (value % 2 ** 20 === 0) return `${value / 2 ** 20} MiB`;
      return value % 1024 === 0 ? `${value / 1024} KiB` : `${count} bytes`;
    default:
      return value === 0 ? 'none' : `${count} ${unit}`;
  }
}

test('SECURITY.md has a row for each limit, with its default, what is beyond it and why', () => {
  const limits: readonly (readonly [string, Limit])[] = [
    ...Object.entries(OPTION_LIMITS),
    ...Object.entries(LIMITS),
  ];
  expect(rows).toEqual(limits.map(rowOf));
});

test('README.md of the server names each limit that is not of one session', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const names = Object.entries<Limit>(LIMITS).flatMap(([name, limit]) =>
    limit.of !== 'connection' || /milliseconds|a second/.test(limit.unit) ? [`\`${name}\``] : [],
  );
  expect(names.filter((name) => !readme.includes(name))).toEqual([]);
});
