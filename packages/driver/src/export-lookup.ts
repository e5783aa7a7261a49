/**
 * Exports by lookup: disks that are found, or made, for each connection by the name it asks for.
 */
import type { Awaitable, Driver } from './driver.ts';
import type { ExportContext, ExportListing, ExportSource, OpenExport } from './export-source.ts';
import { isDriver, notDriver } from './is-driver.ts';

export interface ExportLookupOptions {
  /** What there is. Absent: listing is refused by policy. */
  list?(context: ExportContext): Awaitable<Iterable<ExportListing>>;

  /**
   * Opens a disk for one connection, to be closed when the connection ends. `undefined`: there is no
   * export of that name. The empty name asks for the default export, if there is one. Faults are
   * thrown as for `ExportSource.open`.
   */
  open(name: string, context: ExportContext): Awaitable<Driver | undefined>;

  /** Whether the export of that name is for connections under TLS only. Absent: none is. */
  requiresTls?(name: string): boolean;
}

/**
 * A source that asks `open` anew for each connection, and closes each disk when its connection is
 * done with it, without a flush but those that the client has asked for. Names come from clients: never use one as a
 * path without a check.
 */
export function exportLookup(options: ExportLookupOptions): ExportSource {
  return {
    ...(options.list !== undefined && { list: options.list.bind(options) }),
    ...(options.requiresTls !== undefined && { requiresTls: options.requiresTls.bind(options) }),

    async open(name, context) {
      const driver = await options.open(name, context);
      if (driver === undefined) return undefined;
      if (!isDriver(driver)) throw notDriver(driver);
      return openExport(name, driver);
    },
  };
}

function openExport(name: string, driver: Driver): OpenExport {
  let closing: Promise<void> | undefined;
  return {
    name,
    driver,
    close() {
      closing ??= closeDriver(driver);
      return closing;
    },
  };
}

async function closeDriver(driver: Driver): Promise<void> {
  await driver.close?.();
}
