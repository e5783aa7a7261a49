/**
 * From a plan to open disks, by name.
 */
import { type ExportDefinition, exportTable } from '@nbd/driver';
import { openDisk, type OpenDiskOptions } from './open-disk.ts';
import { failure } from './program-error.ts';
import { type ExportPlans, ReloadableExports } from './reloadable-exports.ts';
import type { Spec } from './spec.ts';

/** What is to be opened. */
export interface PlannedDisks {
  readonly exports: ReadonlyMap<string, Spec>;
  readonly readOnly: boolean;
}

export interface OpenDisksOptions {
  /** For each disk, what is particular to it. */
  readonly particular: (name: string) => Omit<OpenDiskOptions, 'readOnly'>;
  /** Told of a disk that did not close once nobody used it any more. */
  readonly closeFailed: (error: unknown) => void;
}

/**
 * Opens all disks, or none.
 *
 * @throws ProgramError as `checkNames` does, and "cannot-start" that names the export
 */
export async function openDisks(
  plan: PlannedDisks,
  { particular, closeFailed }: OpenDisksOptions,
): Promise<ReloadableExports> {
  checkNames(plan);
  const disks = new ReloadableExports(closeFailed);
  try {
    await disks.replace(exportPlans(plan, particular));
    return disks;
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** @throws ProgramError "wrong-usage" for names that no client could be told */
export function checkNames({ exports, readOnly }: PlannedDisks): void {
  const options = { readOnly, notice: () => undefined };
  try {
    exportTable(Array.from(exports, ([name, spec]) => [name, definitionOf(spec, options)]));
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
        make: () =>
          exportTable([[name, definitionOf(spec, { readOnly, ...particular(name) })]] as const),
      },
    ]),
  );
}

/** In words that differ where the disk does. */
export function describeDisk(spec: Spec, readOnly: boolean): string {
  return JSON.stringify([spec, readOnly]);
}

function definitionOf(spec: Spec, options: OpenDiskOptions): ExportDefinition {
  const { tls } = spec;
  return { driver: () => openDisk(spec, options), ...(tls !== undefined && { tls }) };
}
