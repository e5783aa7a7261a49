/**
 * From a plan to open disks, by name.
 */
import { exportTable } from '@nbd/driver';
import { openDisk } from './open-disk.ts';
import { openFolder, type OpenFolderOptions } from './open-folder.ts';
import { failure } from '../program-error.ts';
import type { ExportPlans, ReloadableExports } from './reloadable-exports.ts';
import type { ServedExports } from './served-exports.ts';
import type { Spec } from '../settings/spec.ts';

/** What is to be opened. */
export interface PlannedDisks {
  readonly exports: ReadonlyMap<string, Spec>;
  readonly readOnly: boolean;
}

/** For each export, what is particular to it. */
export type Particular = (name: string) => Omit<OpenFolderOptions, 'readOnly'>;

/**
 * Opens all disks as those of `disks`. If one fails, or `signal` aborts, it rejects at once: what is open by then, or will
 * be, is the caller's to close.
 *
 * @throws ProgramError as `checkNames` does, and "cannot-start" that names the export
 */
export async function openDisks(
  disks: ReloadableExports,
  plan: PlannedDisks,
  particular: Particular,
  signal: AbortSignal,
): Promise<void> {
  checkNames(plan);
  try {
    await disks.replace(exportPlans(plan, particular), signal);
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
  particular: Particular,
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
