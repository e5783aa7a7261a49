/**
 * How many runs a property makes, and from which seed: NBD_SEED in the environment repeats a run that has
 * failed, whose seed fast-check prints.
 */
export function propertyRuns(numRuns: number): {
  readonly numRuns: number;
  readonly seed?: number;
} {
  const text = process.env['NBD_SEED'];
  return { numRuns, ...(text !== undefined && { seed: Number(text) }) };
}
