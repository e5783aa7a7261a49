/**
 * The seed of the properties: NBD_SEED in the environment repeats a run that has failed, whose seed
 * fast-check prints. `undefined`: a new one each time.
 */
export function seedOf(
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const text = environment['NBD_SEED'];
  if (text === undefined || text === '') return undefined;
  const seed = Number(text);
  if (Number.isInteger(seed)) return seed;
  throw new TypeError(`NBD_SEED: expected an integer, found ${JSON.stringify(text)}`);
}
