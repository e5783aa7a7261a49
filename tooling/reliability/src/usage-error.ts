/** A command line that asks for nothing that can be done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
