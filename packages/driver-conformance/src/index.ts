/**
 * The test suite that every driver passes.
 *
 * @packageDocumentation
 */
export type { DriverConformanceOptions } from './conformance-options.ts';
export { driverConformance } from './driver-conformance.ts';
