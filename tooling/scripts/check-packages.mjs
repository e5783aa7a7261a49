// Packs each published package as pnpm would publish it, then checks the tarball:
// publint (is the manifest right?) and are-the-types-wrong (do the types resolve?).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
let failures = 0;
for (const name of readdirSync(packages)) {
  const directory = join(packages, name);
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  if (manifest.private) continue;
  const out = mkdtempSync(join(tmpdir(), 'pack-'));
  execFileSync('pnpm', ['pack', '--pack-destination', out], { cwd: directory, stdio: 'ignore' });
  const tarball = join(
    out,
    readdirSync(out).find((file) => file.endsWith('.tgz')),
  );
  const checks = [
    ['publint', ['run', tarball, '--strict', '--level', 'warning']],
    ['attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--quiet']],
  ];
  for (const [command, args] of checks) {
    try {
      execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      failures++;
      console.error(
        `${command} found fault with ${manifest.name}:\n${error.stdout}${error.stderr}`,
      );
    }
  }
  rmSync(out, { recursive: true });
}
process.exit(failures === 0 ? 0 : 1);
