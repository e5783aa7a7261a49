import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

const BYTES = new Map<string | undefined, number>([
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
]);

test('the README tells each limit with its default', () => {
  const rows = readme.matchAll(/^\| `(\w+Max)` +\| (\d+) ?(KiB|MiB)? /gm);
  const told = Object.fromEntries(
    Array.from(rows, ([, name, count, unit]) => [name, Number(count) * (BYTES.get(unit) ?? 1)]),
  );
  expect(told).toEqual(DEFAULT_LIMITS);
});

test('the README tells each reason for the end of a session', () => {
  const source = readFileSync(new URL('../src/server/event.ts', import.meta.url), 'utf8');
  const union = source.slice(source.indexOf('export type EndReason'));
  const reasons = union.slice(0, union.indexOf(';')).matchAll(/'([\w-]+)'/g);
  for (const [, reason] of reasons) expect(readme).toContain(`\`${reason}\``);
});
