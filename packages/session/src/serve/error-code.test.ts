import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { DriverError } from '@nbd/driver';
import { expect, test } from 'vitest';
import { codeOf, errorCodeFor, isDiskFailure } from './error-code.ts';

function request(type: number, flags = 0) {
  return { type, flags, cookieHigh: 0, cookieLow: 0, offset: 0, length: 1 };
}

test('the code of an error is its string, and nothing else counts', () => {
  expect(codeOf(new DriverError('EIO', 'x'))).toBe('EIO');
  for (const error of [undefined, null, 7, 'EIO', {}, { code: 5 }, new Error('EIO')]) {
    expect(codeOf(error)).toBeUndefined();
    expect(isDiskFailure(error)).toBe(false);
    expect(errorCodeFor(error, request(Command.READ))).toBe(ErrorCode.EIO);
  }
});

test('C-189 E-29 every number that a failure can become is one of the protocol, and ENOTSUP is for FAST_ZERO alone', () => {
  const lawful: readonly number[] = Object.values(ErrorCode).filter(
    (code) => code !== ErrorCode.OK && code !== ErrorCode.ENOTSUP,
  );
  const codes = ['EPERM', 'EACCES', 'EROFS', 'EIO', 'ENOMEM', 'EINVAL', 'ENOSPC', 'EDQUOT'];
  codes.push('EFBIG', 'ENOTSUP', 'EOPNOTSUPP', 'ESHUTDOWN', 'ENOENT', 'toString');
  for (const code of codes) {
    for (const type of Object.values(Command)) {
      expect(lawful).toContain(errorCodeFor({ code }, request(type)));
    }
  }
  const fast = request(Command.WRITE_ZEROES, CommandFlag.FAST_ZERO);
  expect(errorCodeFor({ code: 'ENOTSUP' }, fast)).toBe(ErrorCode.ENOTSUP);
  expect(errorCodeFor({ code: 'EOPNOTSUPP' }, fast)).toBe(ErrorCode.ENOTSUP);
});
