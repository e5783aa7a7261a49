import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../src/index.ts';

const packageFolder = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', packageFolder), 'utf8');

test('the README example is a program that ends by itself, and its client is answered', async () => {
  const program = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@nbd/source', '--import=tsx', '--input-type=module', `--eval=${program}`],
    { cwd: fileURLToPath(packageFolder) },
  );
  const bytes = [...stdout.matchAll(/^(\d+) bytes/gm)].map(([, count]) => Number(count));
  expect(bytes.reduce((sum, count) => sum + count, 0)).toBe(18 + 10 + 16 + 512);
  expect(stdout).toContain('the client has disconnected');
});

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
