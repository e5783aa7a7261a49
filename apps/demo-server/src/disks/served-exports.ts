/**
 * Exports that are served and replaced as one: a disk under its name, or the files of a folder. An `ExportTable` is one.
 */
import type {
  Awaitable,
  ExportContext,
  ExportListing,
  ExportSource,
  OpenExport,
} from '@nbd/driver';

export interface ServedExports extends ExportSource {
  /** By their full names. */
  list(): Awaitable<Iterable<ExportListing>>;

  /** The full name, or the empty one if this is the default export. */
  open(name: string, context: ExportContext): Awaitable<OpenExport | undefined>;

  requiresTls(name: string): boolean;

  /** Opens what can be opened before a client comes. Rejects with an `Error` that names the export. */
  openAll(): Promise<void>;

  /** Flushes and closes all. Later calls answer the same. */
  close(): Promise<void>;
}
