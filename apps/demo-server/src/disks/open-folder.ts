/**
 * From a SPEC of a folder to its files as exports.
 */
import type { Driver, ExportListing, OpenExport } from '@nbd/driver';
import type { FolderExports } from '@nbd/driver-file';
import type { DiskEvents } from './disk-events.ts';
import {
  applyFilter,
  filtersOf,
  isSealed,
  type OpenDiskOptions,
  withoutResize,
} from './open-disk.ts';
import type { ServedExports } from './served-exports.ts';
import type { DriverSpec, Spec } from '../settings/spec.ts';

/** A SPEC that stands for as many exports as there are files. */
export type FolderSpec = Spec<Extract<DriverSpec, { readonly kind: 'dir' }>>;

export interface OpenFolderOptions extends OpenDiskOptions, Pick<DiskEvents, 'refused'> {}

/**
 * The files of the folder, named NAME/FILE, or FILE if NAME is empty. Not yet looked at; the driver of files is loaded with
 * the first look.
 */
export function openFolder(
  name: string,
  spec: FolderSpec,
  options: OpenFolderOptions,
): ServedExports {
  const prefix = name === '' ? '' : `${name}/`;
  const filters = filtersOf(spec, options.readOnly);
  const around = (disk: Driver): Driver =>
    filters.reduce(applyFilter, options.shared === undefined ? disk : withoutResize(disk));
  let source: Promise<FolderExports> | undefined;
  const loaded = (): Promise<FolderExports> => {
    source ??= load(spec.driver.path, { ...options, readOnly: isSealed(filters) }, around);
    return source;
  };

  return {
    async list(): Promise<Iterable<ExportListing>> {
      const files = await (await loaded()).list();
      return Array.from(files, (file) => ({ name: prefix + file.name }));
    },

    async open(asked, context): Promise<OpenExport | undefined> {
      if (!asked.startsWith(prefix)) return undefined;
      const opened = await (await loaded()).open(asked.slice(prefix.length), context);
      return opened && { ...opened, name: asked };
    },

    requiresTls: () => spec.tls === 'require',

    async openAll() {
      try {
        await (await loaded()).check();
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const what = `export ${JSON.stringify(name)} cannot be opened`;
        throw new Error(`${what}: ${reason}`, { cause });
      }
    },

    async close() {
      await (await source)?.close();
    },
  };
}

async function load(
  path: string,
  { readOnly, notice, refused }: OpenFolderOptions,
  around: (disk: Driver) => Driver,
): Promise<FolderExports> {
  const { folderExports } = await import('@nbd/driver-file');
  return folderExports({ path, readOnly, notice, refused, around });
}
