/**
 * A server for the tests of NBD clients: real, quick to start, with faults on command and a memory of what
 * it was asked. It needs no test framework, and works with any.
 *
 * @packageDocumentation
 */
export { type TestServer, testServer, type TestServerOptions } from './test-server.ts';
export { ManualClock } from './manual-clock.ts';

// What goes wrong
export type { TestFaults } from './test-faults.ts';
export type { CutPlace, WireFault, WireFaultEffects } from './wire-fault.ts';
export type { CutPoint, Speaker } from './byte-cut.ts';
export type {
  AddedFault,
  Clock,
  CrashableDisk,
  CrashOptions,
  CrashReport,
  DiskCall,
  Fault,
  FaultEffects,
  FaultScope,
} from '@nbd/filters';

// What was asked
export type { Answer, History, RequestRecord } from './history.ts';
