/**
 * Filters: functions from one driver to another, with the same interface on both sides.
 *
 * @packageDocumentation
 */
export { readOnly } from './read-only.ts';

// Disks that fail on command
export type { Clock } from './clock.ts';
export {
  DISK_CALLS,
  type DiskCall,
  FAIL_CODES,
  type Fault,
  type FaultEffects,
  type FaultScope,
} from './fault.ts';
export { type AddedFault, FaultPlan, type FaultPlanOptions } from './fault-plan.ts';
export { faulty } from './faulty.ts';

// Disks that lose what was not flushed
export {
  CrashableDisk,
  type CrashableDiskOptions,
  type CrashOptions,
  type CrashReport,
} from './crashable-disk.ts';

// For those who make faults of kinds of their own
export { type CallRange, FaultTrigger } from './fault-trigger.ts';
export { seededRandom } from './seeded-random.ts';
