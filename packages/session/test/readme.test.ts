import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the README tells each limit with its default', () => {
  const rows = readme.matchAll(/^\| `(\w+Max)` +\| (\d+) ?(MiB)? /gm);
  const told = Object.fromEntries(
    Array.from(rows, ([, name, count, unit]) => [
      name,
      Number(count) * (unit === 'MiB' ? 2 ** 20 : 1),
    ]),
  );
  expect(told).toEqual(DEFAULT_LIMITS);
});

test('the README tells each reason for the end of a session', () => {
  const source = readFileSync(new URL('../src/server/event.ts', import.meta.url), 'utf8');
  const union = source.slice(source.indexOf('export type EndReason'));
  const reasons = union.slice(0, union.indexOf(';')).matchAll(/'([\w-]+)'/g);
  for (const [, reason] of reasons) expect(readme).toContain(`\`${reason}\``);
});
