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
} from './store/object-store.ts';
export { probeConditions } from './store/probe-conditions.ts';
export { StoreError, type StoreErrorCode } from './store/store-error.ts';

// Volumes as disks
export { openSnapshot } from './disk/open-snapshot.ts';
export { openVolume } from './disk/open-volume.ts';
export { VolumeError, type VolumeErrorCode } from './volume-error.ts';
export type { OpenOptions, ReadOptions } from './disk/volume-options.ts';

// Volumes as things to look after
export {
  type CheckOptions,
  type CheckProgress,
  type CheckReport,
  checkVolume,
} from './care/check-volume.ts';
export { type CloneOptions, cloneVolume } from './care/clone-volume.ts';
export type { Damage } from './care/damage.ts';
export { createVolume, type CreateOptions } from './care/create-volume.ts';
export { type DeleteOptions, deleteVolume } from './care/delete-volume.ts';
export type { Owner } from './head/head.ts';
export { resizeVolume } from './care/resize-volume.ts';
export { deleteSnapshot, type SnapshotOptions, snapshotVolume } from './care/snapshot-volume.ts';
export { takeOverVolume } from './care/take-over-volume.ts';
export {
  listVolumes,
  type VolumeInfo,
  volumeInfo,
  type VolumeUsage,
  volumeUsage,
} from './care/volume-info.ts';

// What surrounds them
export { type ChunkStore, memoryChunkStore } from './chunks/chunk-store.ts';
export { folderChunkStore } from './chunks/folder-chunk-store.ts';
export {
  AMAZON_PRICES,
  countingObserver,
  requestCost,
  type RequestKind,
  type RequestPrices,
  type VolumeCounters,
  type VolumeObserver,
} from './store/observer.ts';
export type { Clock, Surroundings } from './surroundings.ts';
