import { expect, test } from 'vitest';
import { fromPlainError, toPlainError } from './plain-error.ts';

/** As an error arrives in another thread. */
function sent(error: unknown): Error {
  return fromPlainError(structuredClone(toPlainError(error)));
}

test('an error arrives with its name, message, stack, code and causes', () => {
  class DiskError extends Error {
    override readonly name = 'DiskError';
    readonly code = 'EIO';
  }
  const error = new DiskError('worn out', { cause: new TypeError('no head') });
  const arrived = sent(error);
  expect(arrived).toMatchObject({
    name: 'DiskError',
    message: 'worn out',
    stack: error.stack,
    code: 'EIO',
  });
  expect(arrived.cause).toBeInstanceOf(TypeError);
  expect(arrived.cause).toMatchObject({ name: 'TypeError', message: 'no head' });
});

test('errors of usage arrive as what they are', () => {
  expect(sent(new RangeError('far'))).toBeInstanceOf(RangeError);
  expect(sent(new TypeError('odd'))).toBeInstanceOf(TypeError);
  expect('code' in sent(new Error('plain'))).toBe(false);
});

test('what is thrown and is no error arrives in words', () => {
  expect(sent('a text')).toMatchObject({ name: 'Error', message: 'a text' });
});

test('causes that go round in a circle come to an end', () => {
  const error: Error = new Error('round');
  error.cause = error;
  let depth = 0;
  for (let at: unknown = sent(error); at instanceof Error; at = at.cause) depth++;
  expect(depth).toBe(5);
});
