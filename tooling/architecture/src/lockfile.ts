/** `pnpm-lock.yaml`: what is installed for whom, and from where. */
import { posix } from 'node:path';
import { parse } from 'yaml';

type Versions = Readonly<Record<string, string>>;

/** What one package of the workspace asks for. */
export interface Importer {
  readonly dependencies?: Readonly<Record<string, { readonly version: string }>>;
  readonly optionalDependencies?: Readonly<Record<string, { readonly version: string }>>;
}

/** A package of others. */
export interface LockedPackage {
  readonly resolution: Readonly<Record<string, unknown>>;
  readonly peerDependencies?: Versions;
  /** It is installed on some machines only. */
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

export interface Snapshot {
  readonly dependencies?: Versions;
  readonly optionalDependencies?: Versions;
}

export interface Lockfile {
  /** By the folder of the package, "." for the root. */
  readonly importers: Readonly<Record<string, Importer>>;
  /** By `name@version`. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  /** By `name@version`, with the peers that it found in parentheses. */
  readonly snapshots: Readonly<Record<string, Snapshot>>;
}

export function parseLockfile(text: string): Lockfile {
  const { importers = {}, packages = {}, snapshots = {} } = parse(text) as Partial<Lockfile>;
  return { importers, packages, snapshots };
}

/**
 * The packages of others, as `name@version`, that whoever installs the package in `folder` gets with it: its dependencies, those of
 * the packages of this workspace that it needs, and theirs. What it leaves to its user to bring along does not count.
 */
export function broughtAlong(lockfile: Lockfile, folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const folders = new Set<string>();
  const enter = (importer: string): void => {
    if (folders.has(importer)) return;
    folders.add(importer);
    const { dependencies = {}, optionalDependencies = {} } = lockfile.importers[importer] ?? {};
    for (const [name, { version }] of Object.entries({
      ...dependencies,
      ...optionalDependencies,
    })) {
      if (version.startsWith('link:')) enter(posix.join(importer, version.slice(5)));
      else take(`${name}@${version}`);
    }
  };
  const take = (key: string): void => {
    const id = withoutPeers(key);
    if (found.has(id)) return;
    found.add(id);
    const { dependencies = {}, optionalDependencies = {} } = lockfile.snapshots[key] ?? {};
    const peers = lockfile.packages[id]?.peerDependencies ?? {};
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      if (!Object.hasOwn(peers, name)) take(`${name}@${version}`);
    }
  };
  enter(folder);
  return found;
}

function withoutPeers(key: string): string {
  return key.replace(/\(.*$/, '');
}
