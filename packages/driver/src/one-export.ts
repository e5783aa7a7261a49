import type { Awaitable, Driver } from './driver.ts';
import type { ExportDefinition, ExportTable } from './export-table.ts';
import { exportTable } from './export-table.ts';

export interface OneExportOptions {
  /** At most 4096 bytes of UTF-8, without NUL. Absent: the empty name. */
  readonly name?: string;
  /** One line for people: at most 4096 bytes of UTF-8, without NUL. */
  readonly description?: string;
  /** "require": for connections under TLS only. Absent: for all. */
  readonly tls?: 'require';
  /** The disk, or a function that opens it at the first use. */
  readonly driver: Driver | (() => Awaitable<Driver>);
}

/**
 * A source of one disk, shared by all connections: a table with one entry, which is the default
 * export under any name. Throws a `TypeError` as `exportTable` does.
 */
export function oneExport({ name = '', ...definition }: OneExportOptions): ExportTable {
  return exportTable([[name, definition satisfies ExportDefinition]]);
}
