/** What a scripted peer expects, with the messages that make a failed transcript readable. */
import { expect } from 'vitest';

/** Shown as hexadecimal, in which the bytes of a message can be told apart. */
export function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.from(found).toString('hex')).toBe(Buffer.from(expected).toString('hex'));
}

/** For bytes too many to be shown. */
export function expectSameBytes(found: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(found, expected)).toBe(0);
}

export function expectEqual(found: unknown, expected: unknown): void {
  expect(found).toEqual(expected);
}

/** `found` has these fields, whatever else it has. */
export function expectFields(found: unknown, fields: object): void {
  expect(found).toMatchObject(fields);
}
