/**
 * What the program will do: all sources of settings put together.
 */
import { basename } from 'node:path';
import { defaultWorkers } from '@nbd/server';
import type { MetricsAddress } from '../metrics/metrics-address.ts';
import { ProgramError } from '../program-error.ts';
import type { Settings } from './settings.ts';
import type { Spec } from './spec.ts';
import { type PlannedTls, planTls, type TlsWishes } from './plan-tls.ts';

/** The settings that have one value, whatever their sources. */
type Decided = Omit<
  Required<Settings>,
  'files' | 'exports' | 'metrics' | 'socketMode' | keyof TlsWishes
>;

/** Those that may have none. */
type Wishes = TlsWishes & Pick<Settings, 'metrics' | 'socketMode'>;

export interface Plan extends Decided {
  /** Undefined: no address has TLS. */
  readonly tls: PlannedTls | undefined;
  /** Absent: they are not to be had. */
  readonly metrics?: MetricsAddress;
  /** Absent: that of the server. */
  readonly socketMode?: number;
  /** At least one. */
  readonly exports: ReadonlyMap<string, Spec>;
  /** The name of the export for those who ask for none; it may be empty, and is if there is none. */
  readonly defaultExport: string;
}

/** Served when nobody says what to serve. */
const DEMO: readonly [name: string, spec: Spec] = [
  'demo',
  { driver: { kind: 'memory', size: 64 * 1024 * 1024 }, filters: [] },
];

const DEFAULTS: Decided = {
  listen: ['nbd://127.0.0.1:10809'],
  readOnly: false,
  maxConnections: 100,
  workers: defaultWorkers(),
  handshakeTimeout: 10,
  shutdownTimeout: 60,
  limits: {},
  logLevel: 'info',
  logFormat: 'text',
};

/**
 * Puts sources together, the strongest first: of each setting the first that names it decides. Exports
 * add up: those of the first source first, and in each the files first.
 *
 * @throws ProgramError "wrong-usage" for two exports of one name, and for TLS that cannot be
 */
export function makePlan(sources: readonly Settings[]): Plan {
  const exports = new Map<string, Spec>();
  for (const [name, spec] of sources.flatMap(exportsOf)) {
    const other = exports.get(name);
    if (other !== undefined) throw sameName(name, other, spec);
    exports.set(name, spec);
  }
  if (exports.size === 0) exports.set(...DEMO);
  const { tls, tlsCertificates, tlsVerifyPeer, tlsPsk, ...decided } = decide(
    sources,
    // One thread, so that the calls on which faults fall are counted in one place, and a volume has one owner.
    hasFaults(exports) || hasVolumes(exports) || hasCacheFolders(exports)
      ? { ...DEFAULTS, workers: 1 }
      : DEFAULTS,
  );
  checkOwners(exports, decided.workers);
  return {
    ...decided,
    exports,
    defaultExport: defaultDisk(exports) ?? '',
    tls: planTls({ tls, tlsCertificates, tlsVerifyPeer, tlsPsk }, decided.listen, exports),
  };
}

/** The name of the disk for clients that name none; undefined if there are only folders. */
export function defaultDisk(exports: Plan['exports']): string | undefined {
  const names = [...exports].flatMap(([name, { driver }]) => (driver.kind === 'dir' ? [] : [name]));
  return names.includes('') ? '' : names[0];
}

/** The names, of folders with a slash behind them. */
export function shownNames(exports: Plan['exports']): readonly string[] {
  return Array.from(exports, ([name, { driver }]) => (driver.kind === 'dir' ? `${name}/` : name));
}

/** @throws ProgramError "wrong-usage" if several threads would own one volume, or one folder of chunks */
export function checkOwners(exports: Plan['exports'], workers: number): void {
  if (workers === 1) return;
  if (hasVolumes(exports)) {
    throw new ProgramError(
      'wrong-usage',
      'a volume in a bucket has one owner: serve it with --workers 1, or serve a snapshot of it',
    );
  }
  if (hasCacheFolders(exports)) {
    throw new ProgramError(
      'wrong-usage',
      'a cacheFolder is for one thread: serve with --workers 1, or without it',
    );
  }
}

function decide(sources: readonly Settings[], defaults: Decided): Decided & Wishes {
  const decided: Decided & Wishes = { ...defaults };
  for (const { files: _files, exports: _exports, ...given } of sources.toReversed()) {
    Object.assign(decided, given, { limits: { ...decided.limits, ...given.limits } });
  }
  return decided;
}

function hasFaults(exports: Plan['exports']): boolean {
  return [...exports.values()].some(({ filters }) => filters.some(({ kind }) => kind === 'faults'));
}

/** Of those that are written, by the thread that owns them. A snapshot may be open in each. */
function hasVolumes(exports: Plan['exports']): boolean {
  return [...exports.values()].some(
    ({ driver }) => driver.kind === 's3' && driver.snapshot === undefined,
  );
}

/** One thread keeps within the bound of such a folder, several would each. */
function hasCacheFolders(exports: Plan['exports']): boolean {
  return [...exports.values()].some(
    ({ driver }) => driver.kind === 's3' && driver.cacheFolder !== undefined,
  );
}

function exportsOf({ files = [], exports = new Map<string, Spec>() }: Settings) {
  const ofFiles = files.map((path): [string, Spec] => [
    basename(path),
    { driver: { kind: 'file', path }, filters: [] },
  ]);
  return [...ofFiles, ...exports];
}

function sameName(name: string, ...specs: readonly [Spec, Spec]): ProgramError {
  const [one, other] = specs.map(({ driver }) => ('path' in driver ? driver.path : driver.kind));
  return new ProgramError(
    'wrong-usage',
    `two exports are named ${JSON.stringify(name)}, ${one} and ${other}: name one otherwise, with --export NAME=SPEC`,
  );
}
