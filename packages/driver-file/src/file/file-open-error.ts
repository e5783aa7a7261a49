/**
 * Why a file cannot be opened as a disk.
 */
export type FileOpenErrorCode =
  /** There is no such file. */
  | 'not-found'
  /** It may not be opened so. */
  | 'no-permission'
  /** Neither a regular file nor a block device. */
  | 'not-a-disk'
  /** Another process writes to it. */
  | 'locked'
  /** The options name means of reading, or a lock, that is not to be had here. */
  | 'unavailable'
  /** Anything else; `cause` is the error of the system. */
  | 'failed';

/** What `fileDriver` rejects with. The message is one line, for a person. */
export class FileOpenError extends Error {
  override readonly name = 'FileOpenError';
  readonly code: FileOpenErrorCode;

  constructor(code: FileOpenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
