// Checks the types of the whole workspace. Folders whose tsconfig.json has the same options are one program, in which
// sources that many of them use are read and checked once: a program for each folder takes five times as long.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What is included, by the rest of the configuration as JSON. */
function programs() {
  const includes = new Map();
  for (const parent of ['packages', 'apps', 'tooling']) {
    for (const name of readdirSync(join(root, parent))) {
      const path = join(root, parent, name, 'tsconfig.json');
      if (!existsSync(path)) continue;
      const { include, extends: base, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
      const options = JSON.stringify({ ...rest, extends: join(root, parent, name, base) });
      const folders = include.map((each) => join(root, parent, name, each));
      includes.set(options, [...(includes.get(options) ?? []), ...folders]);
    }
  }
  return includes;
}

// Inside the root, where types of packages are looked for from.
const folder = join(root, 'node_modules/.check-types');
mkdirSync(folder, { recursive: true });
let failures = 0;
for (const [index, [options, include]] of [...programs()].entries()) {
  const path = join(folder, `${index}.json`);
  writeFileSync(path, JSON.stringify({ ...JSON.parse(options), include }));
  const { status } = spawnSync('tsc', ['-p', path, '--noEmit'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failures++;
}
process.exitCode = failures === 0 ? 0 : 1;
