/**
 * Disks made of nothing: for tests, measurements and demonstrations.
 *
 * @packageDocumentation
 */
export { nullDriver } from './null-driver.ts';
export type { NullDriverOptions } from './null-driver.ts';
export { patternDriver } from './pattern-driver.ts';
export type { PatternDriverOptions } from './pattern-driver.ts';
