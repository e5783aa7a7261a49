/**
 * The errors of the operating system in the words of a disk: the one table.
 */
import { DriverError } from '@nbd/driver';
import type { DriverErrorCode } from '@nbd/driver';

/** What is not here is EIO: the medium failed, as far as a client can tell. */
const CODES: ReadonlyMap<string | undefined, DriverErrorCode> = new Map([
  ['ENOSPC', 'ENOSPC'],
  ['EDQUOT', 'ENOSPC'],
  ['EFBIG', 'ENOSPC'],
  ['EROFS', 'EPERM'],
  ['EACCES', 'EPERM'],
  ['EPERM', 'EPERM'],
  ['ENOMEM', 'ENOMEM'],
  ['EINVAL', 'EINVAL'],
  ['ENOTSUP', 'EINVAL'],
  ['EOPNOTSUPP', 'EINVAL'],
  ['ENOSYS', 'EINVAL'],
]);

/** The `code` that Node puts on errors of the system, or `undefined`. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** `error` as a driver may reject with it; `action` says what was tried, on which file and where. */
export function toDriverError(error: unknown, action: string): DriverError {
  if (error instanceof DriverError) return error;
  const code = CODES.get(systemErrorCode(error)) ?? 'EIO';
  const reason = error instanceof Error ? error.message : String(error);
  return new DriverError(code, `${action}: ${reason}`, { cause: error });
}
