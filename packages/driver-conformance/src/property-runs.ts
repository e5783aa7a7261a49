import type { DriverConformanceOptions } from './conformance-options.ts';
import { seedOf } from './seed.ts';

const RUNS = 50;

/** How a property is tried: as fast-check takes it. */
export interface PropertyRuns {
  readonly numRuns: number;
  readonly seed?: number;
  /** True: the first failure will do, and is not made smaller. */
  readonly endOnFailure?: boolean;
}

export function propertyRuns({ runs = RUNS }: DriverConformanceOptions): PropertyRuns {
  const seed = seedOf(process.env);
  return { numRuns: runs, ...(seed !== undefined && { seed }) };
}
