/** The caller of the session broke its contract: answered twice, or answered what was not asked. A bug in the caller. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
