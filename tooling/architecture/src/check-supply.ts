/** Where the code of others comes from, what it may do when it is installed, and how much of it there is. */
import { parse } from 'yaml';
import { BROUGHT_ALONG, LICENCES } from './dependency-table.ts';
import { broughtAlong, type Lockfile, parseLockfile } from './lockfile.ts';
import type { Tree } from './tree.ts';
import { type Manifest, workspacePackages } from './workspace-package.ts';

const LOCKFILE = 'pnpm-lock.yaml';
const WORKSPACE = 'pnpm-workspace.yaml';

/** A release of a registry: no address, no branch, no folder. */
const RELEASE = /^(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.-]+)?$/;
const HASH = /^sha512-[\w+/]{86}==$/;
const EXACT = /^(?:\d+\.\d+\.\d+(?:-[\w.-]+)?|catalog:|workspace:\^)$/;

/** Each locked package is a release by its name, and the lockfile has its hash. */
export function checkResolutions(tree: Tree): readonly string[] {
  return Object.entries(lockfileOf(tree).packages).flatMap(([id, { resolution }]) => {
    const { integrity, ...others } = resolution;
    const faults = [];
    if (!RELEASE.test(id)) faults.push(`${LOCKFILE}: ${id} is no release of a registry`);
    if (!HASH.test(String(integrity))) faults.push(`${LOCKFILE}: ${id} has no SHA-512`);
    if (Object.keys(others).length > 0) {
      faults.push(`${LOCKFILE}: ${id} comes from ${JSON.stringify(others)}`);
    }
    return faults;
  });
}

/** No package runs a script when it is installed, and none is changed behind its back. */
export function checkInstallScripts(tree: Tree): readonly string[] {
  const settings = parse(tree.get(WORKSPACE) ?? '') as Readonly<Record<string, unknown>> | null;
  const { allowBuilds = {}, ...others } = settings ?? {};
  const allowed = Object.entries(allowBuilds as Readonly<Record<string, unknown>>)
    .filter(([, isAllowed]) => isAllowed !== false)
    .map(([name]) => `${WORKSPACE}: ${name} may run a script when it is installed`);
  const forbidden = Object.keys(others)
    .filter((key) =>
      /^(?:onlyBuiltDependencies|neverBuiltDependencies|dangerously.*|patchedDependencies|overrides)$/.test(
        key,
      ),
    )
    .map((key) => `${WORKSPACE}: ${key} is not to be used`);
  return [...allowed, ...forbidden];
}

/** Every version is exact, so that only a change of the repository changes what is installed. */
export function checkExactVersions(tree: Tree): readonly string[] {
  return [...tree].flatMap(([path, text]) => {
    if (!/(?:^|\/)package\.json$/.test(path)) return [];
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(text) as Manifest;
    return [dependencies, optionalDependencies, devDependencies]
      .flatMap((versions) => Object.entries(versions ?? {}))
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${path}: ${name} is "${version}", which is no exact version`);
  });
}

/** As many packages of others come with each of ours as the table says. */
export function checkBroughtAlong(tree: Tree): readonly string[] {
  const lockfile = lockfileOf(tree);
  return workspacePackages(tree).flatMap(({ folder, manifest: { name } }) => {
    const found = broughtAlong(lockfile, folder).size;
    const expected = BROUGHT_ALONG[name] ?? 0;
    return found === expected
      ? []
      : [`${folder}: ${found} packages of others come with ${name}, the table says ${expected}`];
  });
}

/** What is known of the licence of an installed package; `undefined`: it is not installed here. */
export type LicenceOf = (id: string) => string | undefined;

/** Whatever comes with our packages has a licence of the list. What this machine does not install is looked at where it is. */
export function checkLicences(tree: Tree, licenceOf: LicenceOf): readonly string[] {
  const lockfile = lockfileOf(tree);
  const all = new Set<string>();
  for (const { folder } of workspacePackages(tree)) {
    for (const id of broughtAlong(lockfile, folder)) all.add(id);
  }
  return [...all].toSorted().flatMap((id) => {
    const licence = licenceOf(id);
    if (licence !== undefined) {
      return LICENCES.has(licence) ? [] : [`${id} is under "${licence}", which is not on the list`];
    }
    const { os, cpu } = lockfile.packages[id] ?? {};
    return os === undefined && cpu === undefined ? [`${id} is not installed`] : [];
  });
}

function lockfileOf(tree: Tree): Lockfile {
  return parseLockfile(tree.get(LOCKFILE) ?? '');
}
