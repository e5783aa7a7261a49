/**
 * A sparse disk in memory.
 *
 * @packageDocumentation
 */
export { memoryDriver } from './memory-driver.ts';
export type { MemoryDriverOptions } from './memory-driver.ts';
