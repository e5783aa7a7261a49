/** Each check of what comes from others finds the fault that is planted for it. */
import { describe, expect, it } from 'vitest';
import {
  checkBroughtAlong,
  checkExactVersions,
  checkInstallScripts,
  checkLicences,
  checkResolutions,
} from '../src/check-supply.ts';
import { BROUGHT_ALONG } from '../src/dependency-table.ts';
import { broughtAlong, parseLockfile } from '../src/lockfile.ts';
import { plantedTree } from './planted-tree.ts';

const HASH = `sha512-${'A'.repeat(86)}==`;

/** A lockfile of packages of others, each with what it needs. */
function lockfile(
  importers: string,
  packages: Readonly<Record<string, readonly string[]>>,
  facts: Readonly<Record<string, string>> = {},
): string {
  const ids = Object.keys(packages);
  const locked = ids.map(
    (id) => `  '${id}':\n    resolution: {integrity: ${HASH}}\n${facts[id] ?? ''}`,
  );
  const snapshots = Object.entries(packages).map(([id, needs]) => {
    const lines = needs.map((need) => {
      const at = need.lastIndexOf('@');
      return `\n      '${need.slice(0, at)}': ${need.slice(at + 1)}`;
    });
    return `  '${id}':${lines.length === 0 ? ' {}' : `\n    dependencies:${lines.join('')}`}\n`;
  });
  return `importers:\n${importers}packages:\n${locked.join('')}snapshots:\n${snapshots.join('')}`;
}

const NEEDS_A = `  packages/codec:\n    dependencies:\n      a:\n        specifier: 1.0.0\n        version: 1.0.0\n`;

describe('what is locked', () => {
  const sound = lockfile(NEEDS_A, { 'a@1.0.0': [], '@s/b@2.0.0-rc.1': [] });

  it('is a release with a hash', () => {
    expect(checkResolutions(plantedTree({ 'pnpm-lock.yaml': sound }))).toEqual([]);
  });

  it.each([
    ['without a hash', `{integrity: ${HASH}}`, '{}', 'a@1.0.0 has no SHA-512'],
    ['with a weak hash', HASH, 'sha1-abc=', 'a@1.0.0 has no SHA-512'],
    [
      'from an address',
      `${HASH}}`,
      `${HASH}, tarball: https://a.example/a.tgz}`,
      'a@1.0.0 comes from {"tarball":"https://a.example/a.tgz"}',
    ],
    [
      'from a branch',
      "'a@1.0.0':\n    resolution",
      "'a@git+https://a.example/a.git#main':\n    resolution",
      'a@git+https://a.example/a.git#main is no release of a registry',
    ],
  ])('is not a package %s', (_fault, from, to, fault) => {
    const planted = plantedTree({ 'pnpm-lock.yaml': sound.replace(from, to) });
    expect(checkResolutions(planted)).toEqual([`pnpm-lock.yaml: ${fault}`]);
  });
});

describe('scripts at installation', () => {
  it('are off for those who have some', () => {
    const settings = 'allowBuilds:\n  koffi: false\n';
    expect(checkInstallScripts(plantedTree({ 'pnpm-workspace.yaml': settings }))).toEqual([]);
  });

  it.each([
    ['allowBuilds:\n  koffi: true\n', 'koffi may run a script when it is installed'],
    ['onlyBuiltDependencies:\n  - koffi\n', 'onlyBuiltDependencies is not to be used'],
    ['dangerouslyAllowAllBuilds: true\n', 'dangerouslyAllowAllBuilds is not to be used'],
    ['overrides:\n  a: 2.0.0\n', 'overrides is not to be used'],
  ])('are found in %j', (settings, fault) => {
    expect(checkInstallScripts(plantedTree({ 'pnpm-workspace.yaml': settings }))).toEqual([
      `pnpm-workspace.yaml: ${fault}`,
    ]);
  });
});

describe('versions', () => {
  it.each([
    '^1.0.0',
    '~1.0.0',
    '*',
    'latest',
    '1.x',
    'https://a.example/a.tgz',
    'a/b',
    'link:../a',
  ])('such as "%s" are not exact', (version) => {
    const manifest = JSON.stringify({ name: '@nbd-tooling/a', devDependencies: { a: version } });
    expect(checkExactVersions(plantedTree({ 'tooling/a/package.json': manifest }))).toEqual([
      `tooling/a/package.json: a is "${version}", which is no exact version`,
    ]);
  });

  it('of peers may be ranges', () => {
    const manifest = JSON.stringify({ name: 'a', peerDependencies: { vitest: '^4.0.0' } });
    expect(checkExactVersions(plantedTree({ 'tooling/a/package.json': manifest }))).toEqual([]);
  });
});

describe('what comes along', () => {
  const through = `${NEEDS_A}  apps/demo-server:\n    dependencies:\n      '@nbd/codec':\n        specifier: workspace:^\n        version: link:../../packages/codec\n`;
  const packages = {
    'a@1.0.0': ['b@1.0.0', 'peer@1.0.0'],
    'b@1.0.0': ['a@1.0.0'],
    'peer@1.0.0': [],
  };
  const facts = { 'a@1.0.0': "    peerDependencies:\n      peer: '*'\n" };
  const text = lockfile(through, packages, facts);

  it('is all that is needed, through packages of ours too, without what is left to the user', () => {
    for (const folder of ['packages/codec', 'apps/demo-server']) {
      expect([...broughtAlong(parseLockfile(text), folder)]).toEqual(['a@1.0.0', 'b@1.0.0']);
    }
    expect(broughtAlong(parseLockfile(text), 'packages/driver').size).toBe(0);
  });

  it('is found where the table knows nothing of it', () => {
    expect(checkBroughtAlong(plantedTree({ 'pnpm-lock.yaml': text }))).toEqual([
      'packages/codec: 2 packages of others come with @nbd/codec, the table says 0',
      `apps/demo-server: 2 packages of others come with demo-server, the table says ${BROUGHT_ALONG['demo-server']}`,
    ]);
  });

  it.each([
    ['MIT', []],
    ['GPL-3.0-only', ['b@1.0.0 is under "GPL-3.0-only", which is not on the list']],
    ['null', ['b@1.0.0 is under "null", which is not on the list']],
    [undefined, ['b@1.0.0 is not installed']],
  ])('under the licence %s', (licence, faults) => {
    const licences = new Map([['a@1.0.0', 'ISC']]);
    if (licence !== undefined) licences.set('b@1.0.0', licence);
    const tree = plantedTree({ 'pnpm-lock.yaml': text });
    expect(checkLicences(tree, (id) => licences.get(id))).toEqual(faults);
  });

  it('need not be here if it is for other machines', () => {
    const elsewhere = lockfile(through, packages, { ...facts, 'b@1.0.0': '    os: [plan9]\n' });
    const licences = new Map([['a@1.0.0', 'ISC']]);
    const tree = plantedTree({ 'pnpm-lock.yaml': elsewhere });
    expect(checkLicences(tree, (id) => licences.get(id))).toEqual([]);
  });
});
