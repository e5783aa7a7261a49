/** What a client is told of a failure of the store, or of the volume as a whole. */
import { DriverError, type DriverErrorCode } from '@nbd/driver';
import { StoreError } from './store-error.ts';
import { VolumeError } from '../volume-error.ts';

/** The error of a disk that stands for `error`: a bug stays as it is. */
export function driverErrorOf(error: unknown): unknown {
  if (error instanceof StoreError) {
    return new DriverError(codeOf(error), error.message, { cause: error });
  }
  if (error instanceof VolumeError) {
    return new DriverError(error.code === 'deposed' ? 'ESHUTDOWN' : 'EIO', error.message, {
      cause: error,
    });
  }
  return error;
}

function codeOf({ code }: StoreError): DriverErrorCode {
  if (code === 'full') return 'ENOSPC';
  return code === 'closed' ? 'ESHUTDOWN' : 'EIO';
}
