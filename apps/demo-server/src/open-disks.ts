/**
 * From a plan to open disks, by name.
 */
import { type ExportDefinition, type ExportTable, exportTable } from '@nbd/driver';
import { openDisk, type OpenDiskOptions } from './open-disk.ts';
import { failure } from './program-error.ts';
import type { Spec } from './spec.ts';

/** What is to be opened. */
export interface PlannedDisks {
  readonly exports: ReadonlyMap<string, Spec>;
  readonly readOnly: boolean;
}

/** For each disk, what is particular to it. */
export type DiskOptions = (name: string) => Omit<OpenDiskOptions, 'readOnly'>;

/**
 * Opens all disks, or none.
 *
 * @throws ProgramError as `diskTable` does, and "cannot-start" that names the export
 */
export async function openDisks(plan: PlannedDisks, options: DiskOptions): Promise<ExportTable> {
  const disks = diskTable(plan, options);
  try {
    await disks.openAll();
    return disks;
  } catch (error) {
    // What those that did open say at their end is no news beside it.
    await Promise.allSettled([disks.close()]);
    throw failure('cannot-start', error);
  }
}

/**
 * The same, not yet open.
 *
 * @throws ProgramError "wrong-usage" for names that no client could be told
 */
export function diskTable({ exports, readOnly }: PlannedDisks, options: DiskOptions): ExportTable {
  try {
    return exportTable(
      Array.from(
        exports,
        ([name, spec]) => [name, definitionOf(spec, { readOnly, ...options(name) })] as const,
      ),
    );
  } catch (error) {
    throw failure('wrong-usage', error);
  }
}

function definitionOf(spec: Spec, options: OpenDiskOptions): ExportDefinition {
  const { tls } = spec;
  return { driver: () => openDisk(spec, options), ...(tls !== undefined && { tls }) };
}
