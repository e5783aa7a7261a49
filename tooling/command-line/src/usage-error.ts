/** A command line that asks for nothing that can be done. Its message is one line, and says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
