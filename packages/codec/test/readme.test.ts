import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const packageFolder = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', packageFolder), 'utf8');

/** The first block of `language` in the README. */
function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README has no block of ${language}`);
  return found;
}

it('The README example is a program by itself, with the codec alone, and prints what it says', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@nbd/source', '--import=tsx', '--input-type=module', `--eval=${block('ts')}`],
    { cwd: fileURLToPath(packageFolder) },
  );
  expect(stdout).toBe(block('text'));
});
