/**
 * What can be wrong with a request before a disk sees it, and the error that says so.
 * Spec: proto.md, "Error values".
 */
import { Command, ErrorCode } from '@nbd/codec';

/**
 *   fault            what is wrong
 *   shutting-down    we take no more requests
 *   payload          it has a payload, or none, where its command wants it otherwise
 *   unknown-command  there is no such command
 *   read-only        it would change an export that may not be changed
 *   out-of-range     it reaches past the end of the export
 *   flags            a flag that its command does not have, or that was not advertised
 *   not-advertised   the export cannot do it
 *   misaligned       it is not a multiple of the minimum block
 *   too-long         a READ or WRITE of more than the largest payload
 *   stray-range      an offset or a length where there is none
 *   no-context       a BLOCK_STATUS, and no meta context was selected for this export
 *   empty            a BLOCK_STATUS of no bytes
 *   filter           a BLOCK_STATUS for contexts that were not selected, or not for any, or for one twice
 *   size-too-large   a RESIZE to more than can be counted
 */
export type Fault =
  | 'shutting-down'
  | 'payload'
  | 'unknown-command'
  | 'read-only'
  | 'out-of-range'
  | 'flags'
  | 'not-advertised'
  | 'misaligned'
  | 'too-long'
  | 'stray-range'
  | 'no-context'
  | 'empty'
  | 'filter'
  | 'size-too-large';

/**
 * The error number for a fault. `readTooLong` is that of the reply form, which may have a better one than
 * EINVAL for a READ (C-212).
 */
export function errorOfFault(fault: Fault, type: number, readTooLong: ErrorCode): ErrorCode {
  switch (fault) {
    case 'shutting-down':
      return ErrorCode.ESHUTDOWN;
    case 'read-only':
      return ErrorCode.EPERM;
    case 'out-of-range':
      return growsIntoSpace(type) ? ErrorCode.ENOSPC : ErrorCode.EINVAL;
    case 'size-too-large':
      return ErrorCode.ENOSPC;
    case 'too-long':
      return type === Command.READ ? readTooLong : ErrorCode.EINVAL;
    default:
      return ErrorCode.EINVAL;
  }
}

/** Whether what lies past the end is space that is missing (C-182). */
function growsIntoSpace(type: number): boolean {
  return type === Command.WRITE || type === Command.WRITE_ZEROES;
}
