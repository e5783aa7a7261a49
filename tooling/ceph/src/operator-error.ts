/** What whoever runs the program can mend: it is told in one line. Anything else that is thrown is a bug. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
