import { openSync } from 'node:fs';
import { DriverError } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { toDriverError } from './file-error.ts';

describe('errors of the system in the words of a disk', () => {
  test.each([
    ['ENOSPC', 'ENOSPC'],
    ['EDQUOT', 'ENOSPC'],
    ['EFBIG', 'ENOSPC'],
    ['EROFS', 'EPERM'],
    ['EACCES', 'EPERM'],
    ['EPERM', 'EPERM'],
    ['ENOMEM', 'ENOMEM'],
    ['EINVAL', 'EINVAL'],
    ['ENOTSUP', 'EINVAL'],
    ['EIO', 'EIO'],
    ['EBADF', 'EIO'],
    ['constructor', 'EIO'],
  ])('%s becomes %s', (code, expected) => {
    const error = Object.assign(new Error('text'), { code });
    expect(toDriverError(error, 'a.img: read').code).toBe(expected);
  });

  test('the message names what was tried and keeps the reason, and the cause stays', () => {
    let cause: unknown;
    try {
      openSync('/nowhere/at/all', 'r');
    } catch (error) {
      cause = error;
    }
    const error = toDriverError(cause, 'a.img: read of 1 bytes at 0');
    expect(error.message).toMatch(/^a\.img: read of 1 bytes at 0: ENOENT/);
    expect(error.cause).toBe(cause);
  });

  test('what is a DriverError already stays as it is, and what is no error at all is EIO', () => {
    const error = new DriverError('ENOTSUP', 'not fast');
    expect(toDriverError(error, 'zero')).toBe(error);
    expect(toDriverError('text', 'zero').code).toBe('EIO');
  });
});
