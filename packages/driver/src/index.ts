/**
 * What a disk is: the interface that every driver implements, its errors, its extents, and the exports
 * under which disks are offered. No dependencies, and nothing of the wire.
 *
 * @packageDocumentation
 */

// The interface
export type {
  Awaitable,
  BatchedRead,
  BatchedWrite,
  BlockSize,
  DiskMap,
  Driver,
  Extent,
  Extents,
  MapRun,
  MapRuns,
  WriteOptions,
  ZeroOptions,
} from './driver.ts';
export { DriverError } from './driver-error.ts';
export type { DriverErrorCode } from './driver-error.ts';

// For those who write drivers and filters
export {
  checkExtents,
  checkRuns,
  clipExtents,
  dataExtent,
  holeExtent,
  mergeExtents,
} from './extent.ts';
export { countedBy, filter } from './filter.ts';
export type { DriverOverrides } from './filter.ts';

// Disks by name
export { allClosed, flushAndClose } from './close-disks.ts';
export type {
  ExportContext,
  ExportListing,
  ExportSource,
  OpenExport,
  TlsPeer,
} from './export-source.ts';
export { exportLookup } from './export-lookup.ts';
export type { ExportLookupOptions } from './export-lookup.ts';
export { exportTable } from './export-table.ts';
export type { ExportDefinition, ExportTable } from './export-table.ts';
export { oneExport } from './one-export.ts';
export type { OneExportOptions } from './one-export.ts';
