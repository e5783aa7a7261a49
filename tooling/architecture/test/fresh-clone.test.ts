/** What a fresh clone is told to run begins without pnpm and without a package: by one script of plain Node. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const RUN = 'tooling/scripts/run.mjs';

function run(...words: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stderr } = spawnSync(process.execPath, [RUN, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { code: status, said: stderr };
}

it.each(['test', 'build', 'typecheck', 'pack', 'demo', 'audit'])(
  'npm run %s is begun by that script, which knows it',
  (task) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(scripts[task]).toBe(`node ${RUN} ${task}`);
    expect(readFileSync(join(ROOT, RUN), 'utf8')).toContain(`task === '${task}'`);
  },
);

it('that script uses nothing but Node', () => {
  const imports = readFileSync(join(ROOT, RUN), 'utf8').matchAll(
    /^import .* from '(?<from>.*)';$/gm,
  );
  const others = Array.from(imports, ({ groups }) => groups?.['from'] ?? '').filter(
    (from) => !from.startsWith('node:'),
  );
  expect(others).toEqual([]);
});

it('packages need a folder, and a task has a name', () => {
  expect(run('pack')).toEqual({
    code: 2,
    said: 'expected a folder for the packages: npm run pack -- FOLDER\n',
  });
  expect(run('pakc')).toEqual({ code: 2, said: 'unknown task pakc\n' });
});
