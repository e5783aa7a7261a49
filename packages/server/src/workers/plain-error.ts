/**
 * Errors on their way between threads. What Node clones of an error is its message and its stack; the name
 * and the code are worth as much.
 */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: PlainError | undefined;
}

/** Causes of causes: more are not worth telling, and may go round in a circle. */
const DEPTH_MAX = 4;

/** Classes that callers tell apart. */
const CLASSES = { TypeError, RangeError } as const;

export function toPlainError(thrown: unknown, depth = 0): PlainError {
  if (!(thrown instanceof Error)) {
    return {
      name: 'Error',
      message: String(thrown),
      stack: undefined,
      code: undefined,
      cause: undefined,
    };
  }
  const { name, message, stack, cause } = thrown;
  const { code } = thrown as { readonly code?: unknown };
  return {
    name,
    message,
    stack,
    code: typeof code === 'string' ? code : undefined,
    cause: cause === undefined || depth === DEPTH_MAX ? undefined : toPlainError(cause, depth + 1),
  };
}

/** An error with the words of the one that was thrown in the other thread. */
export function fromPlainError({ name, message, stack, code, cause }: PlainError): Error {
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name as keyof typeof CLASSES] : Error;
  const error = new Class(message, cause === undefined ? {} : { cause: fromPlainError(cause) });
  if (name !== error.name) Object.defineProperty(error, 'name', { value: name });
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
