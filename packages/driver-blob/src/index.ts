/**
 * A `Blob` or a `File` as a disk, an overlay that takes writes to a disk that cannot, and a disk in a
 * file of the origin private file system. For browsers, and for every other place that has blobs.
 *
 * @packageDocumentation
 */
export { type BlobDriverOptions, type BlobLike, blobDriver } from './blob-driver.ts';
export { overlayDriver, type OverlayDriverOptions } from './overlay-driver.ts';
export { type OverlayRecord, overlayRecord } from './overlay-record.ts';
export {
  type SyncAccessDriverOptions,
  syncAccessDriver,
  type SyncAccessHandle,
} from './sync-access-driver.ts';
