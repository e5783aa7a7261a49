/**
 * A store in memory with faults on command, for tests of what stands on a store.
 *
 * @packageDocumentation
 */
export {
  type MemoryObject,
  type MemoryStore,
  memoryStore,
  type MemoryStoreOptions,
} from './memory-store.ts';
export type { StoreCall, StoreFault } from './store-fault.ts';
