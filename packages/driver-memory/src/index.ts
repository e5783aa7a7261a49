/**
 * Sparse disks in memory, of one thread or of several.
 *
 * @packageDocumentation
 */
export { memoryDriver } from './memory-driver.ts';
export type { MemoryDriverOptions } from './memory-driver.ts';
export { sharedMemory } from './threads/shared-memory.ts';
export type { SharedMemory, SharedMemoryOptions } from './threads/shared-memory.ts';
export { sharedMemoryDriver } from './threads/shared-memory-driver.ts';
