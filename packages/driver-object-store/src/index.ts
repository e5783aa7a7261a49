/**
 * Volumes on a store of objects: disks that any host can open, and one at a time can write.
 *
 * @packageDocumentation
 */

// The store
export type {
  GetOptions,
  ListedObject,
  ListOptions,
  ListPage,
  ObjectStore,
  PutCondition,
  PutOptions,
  StoredObject,
} from './object-store.ts';
export { probeConditions } from './probe-conditions.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';

// Volumes as disks
export { openSnapshot } from './open-snapshot.ts';
export { openVolume } from './open-volume.ts';
export { VolumeError, type VolumeErrorCode } from './volume-error.ts';
export type { OpenOptions, ReadOptions } from './volume-options.ts';

// Volumes as things to look after
export {
  type CheckOptions,
  type CheckProgress,
  type CheckReport,
  checkVolume,
  type Damage,
} from './check-volume.ts';
export { type CloneOptions, cloneVolume } from './clone-volume.ts';
export { createVolume, type CreateOptions } from './create-volume.ts';
export { type DeleteOptions, deleteVolume } from './delete-volume.ts';
export type { Owner } from './head.ts';
export { resizeVolume } from './resize-volume.ts';
export { deleteSnapshot, type SnapshotOptions, snapshotVolume } from './snapshot-volume.ts';
export { takeOverVolume } from './take-over-volume.ts';
export {
  listVolumes,
  type VolumeInfo,
  volumeInfo,
  type VolumeUsage,
  volumeUsage,
} from './volume-info.ts';

// What surrounds them
export { type ChunkStore, memoryChunkStore } from './chunk-store.ts';
export { folderChunkStore } from './folder-chunk-store.ts';
export {
  AMAZON_PRICES,
  countingObserver,
  requestCost,
  type RequestKind,
  type RequestPrices,
  type VolumeCounters,
  type VolumeObserver,
} from './observer.ts';
export type { Clock, Surroundings } from './surroundings.ts';
