/**
 * From the failures of a disk to the error numbers of the wire: the one table.
 * Spec: proto.md, "Error values".
 *
 * The names are those of `DriverError` and of Node's system errors, never numbers, which differ
 * between systems.
 */
import { Command, CommandFlag, ErrorCode, type Request } from '@nbd/codec';

const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['EPERM', ErrorCode.EPERM],
  ['EACCES', ErrorCode.EPERM],
  ['EROFS', ErrorCode.EPERM],
  ['EIO', ErrorCode.EIO],
  ['ENOMEM', ErrorCode.ENOMEM],
  ['EINVAL', ErrorCode.EINVAL],
  ['ENOSPC', ErrorCode.ENOSPC],
  ['EDQUOT', ErrorCode.ENOSPC],
  ['EFBIG', ErrorCode.ENOSPC],
  ['ENOTSUP', ErrorCode.ENOTSUP],
  ['EOPNOTSUPP', ErrorCode.ENOTSUP],
  ['ESHUTDOWN', ErrorCode.ESHUTDOWN],
]);

/** The `code` of an error that has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the error says what happened in words that a disk may use; anything else is a bug of its driver. */
export function isDiskFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && CODES.has(code);
}

/** What a request that failed with `error` is answered. ENOTSUP is for a FAST_ZERO alone (C-189, C-235). */
export function errorCodeFor(error: unknown, request: Request): ErrorCode {
  const code = CODES.get(codeOf(error) ?? '') ?? ErrorCode.EIO;
  if (code !== ErrorCode.ENOTSUP) return code;
  const fast =
    request.type === Command.WRITE_ZEROES && (request.flags & CommandFlag.FAST_ZERO) !== 0;
  return fast ? code : ErrorCode.EINVAL;
}
