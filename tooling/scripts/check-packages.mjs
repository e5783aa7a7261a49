// Packs each published package as pnpm would publish it, then checks the tarballs, all in this process:
// publint (is the manifest right?) and are-the-types-wrong (do the types resolve?).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The packages are of ES modules alone, for those who resolve as Node or a bundler does today. */
const RESOLUTIONS_NOT_MEANT = new Set(['node10', 'node16-cjs']);

/** Names of the packages that are published. */
function publishedNames() {
  const manifests = readdirSync(join(root, 'packages')).map((folder) =>
    JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')),
  );
  return manifests.filter((manifest) => !manifest.private).map(({ name }) => name);
}

/** What publint has against a tarball, a line each. */
async function faultsOfManifest(bytes) {
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true, level: 'warning' });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** What are-the-types-wrong has against it, a line each. */
async function faultsOfTypes(bytes) {
  const { types, problems } = await checkPackage(createPackageFromTarballData(bytes));
  if (!types) return ['are the types wrong: there are none'];
  const meant = problems.filter(({ resolutionKind }) => !RESOLUTIONS_NOT_MEANT.has(resolutionKind));
  return meant.map((problem) => `are the types wrong: ${JSON.stringify(problem)}`);
}

const names = publishedNames();
const folder = mkdtempSync(join(tmpdir(), 'nbd-packed-'));
let faults = 0;
try {
  const filters = names.flatMap((name) => ['--filter', name]);
  const pack = ['--recursive', ...filters, 'pack', '--pack-destination', folder];
  execFileSync('pnpm', pack, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const tarballs = readdirSync(folder);
  if (tarballs.length !== names.length) {
    throw new Error(`expected ${names.length} tarballs, found ${tarballs.length}`);
  }
  for (const tarball of tarballs) {
    const bytes = readFileSync(join(folder, tarball));
    const found = [...(await faultsOfManifest(bytes)), ...(await faultsOfTypes(bytes))];
    for (const fault of found) console.error(`${tarball}: ${fault}`);
    faults += found.length;
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = faults === 0 ? 0 : 1;
