/**
 * Why a disk could not do what was asked, in words that a client can be told.
 * Spec: proto.md, "Error values".
 */
export type DriverErrorCode =
  /** Not allowed: the disk, or this part of it, may not be changed. */
  | 'EPERM'
  /** The medium failed. */
  | 'EIO'
  | 'ENOMEM'
  /** This disk cannot do that, or not so. */
  | 'EINVAL'
  /** No room for the change. */
  | 'ENOSPC'
  /** A `zero` with `fast` would not be fast. */
  | 'ENOTSUP'
  /** The disk is going away. */
  | 'ESHUTDOWN';

/** Thrown, or rejected with, by drivers. The message is for the log of the server, never for the wire. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly code: DriverErrorCode;

  constructor(code: DriverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
