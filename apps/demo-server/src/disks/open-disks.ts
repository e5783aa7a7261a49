/**
 * From a plan to open disks, by name.
 */
import { exportTable } from '@nbd/driver';
import type { DiskEvents } from './disk-events.ts';
import { openDisk } from './open-disk.ts';
import { openFolder, type OpenFolderOptions } from './open-folder.ts';
import { failure } from '../program-error.ts';
import { type ExportPlans, ReloadableExports } from './reloadable-exports.ts';
import type { ServedExports } from './served-exports.ts';
import type { Spec } from '../settings/spec.ts';

/** What is to be opened. */
export interface PlannedDisks {
  readonly exports: ReadonlyMap<string, Spec>;
  readonly readOnly: boolean;
}

export interface OpenDisksOptions {
  /** For each export, what is particular to it. */
  readonly particular: (name: string) => Omit<OpenFolderOptions, 'readOnly'>;
  readonly events: DiskEvents;
}

/**
 * Opens all disks, or none.
 *
 * @throws ProgramError as `checkNames` does, and "cannot-start" that names the export
 */
export async function openDisks(
  plan: PlannedDisks,
  { particular, events }: OpenDisksOptions,
): Promise<ReloadableExports> {
  checkNames(plan);
  const disks = new ReloadableExports(events);
  try {
    await disks.replace(exportPlans(plan, particular));
    return disks;
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** @throws ProgramError "wrong-usage" for names that no client could be told */
export function checkNames({ exports }: PlannedDisks): void {
  try {
    exportTable(Array.from(exports.keys(), (name) => [name, unopened]));
  } catch (error) {
    throw failure('wrong-usage', error);
  }
}

/** What `ReloadableExports` serves. */
export function exportPlans(
  { exports, readOnly }: PlannedDisks,
  particular: OpenDisksOptions['particular'],
): ExportPlans {
  return new Map(
    Array.from(exports, ([name, spec]) => [
      name,
      {
        what: describeDisk(spec, readOnly),
        isFolder: spec.driver.kind === 'dir',
        make: () => madeOf(name, spec, { readOnly, ...particular(name) }),
      },
    ]),
  );
}

/** In words that differ where the disk does. */
export function describeDisk(spec: Spec, readOnly: boolean): string {
  return JSON.stringify([spec, readOnly]);
}

function madeOf(name: string, spec: Spec, options: OpenFolderOptions): ServedExports {
  const { driver, tls } = spec;
  if (driver.kind === 'dir') return openFolder(name, { ...spec, driver }, options);
  return exportTable([
    [
      name,
      {
        driver: () => openDisk({ ...spec, driver }, options),
        ...(tls !== undefined && { tls }),
      },
    ],
  ]);
}

/** Of an export whose name alone is looked at. */
function unopened(): never {
  throw new Error('expected not to be opened');
}
