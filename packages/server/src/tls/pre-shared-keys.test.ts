import { describe, expect, test } from 'vitest';
import { checkKeys, parseKeys } from './pre-shared-keys.ts';

describe('a file of keys', () => {
  test('is lines of names and keys, empty ones aside', () => {
    const keys = parseKeys('alice:00ff\n\nbob o:AbCd\r\n  \n', 'keys.psk');
    expect([...keys]).toEqual([
      ['alice', Uint8Array.of(0, 255)],
      ['bob o', Uint8Array.of(0xab, 0xcd)],
    ]);
  });

  test('may have comments, and names with colons, as they are or in hexadecimal', () => {
    const keys = parseKeys('# keys: two\nurn:x:1:0a\n#c3a93a:0102\n#\n', 'keys.psk');
    expect([...keys]).toEqual([
      ['urn:x:1', Uint8Array.of(10)],
      ['é:', Uint8Array.of(1, 2)],
    ]);
  });

  test.each([
    ['', 'keys.psk: expected a key, found none'],
    ['alice', 'keys.psk:1: expected NAME:KEY, the key in hexadecimal'],
    ['\nalice:', 'keys.psk:2: expected NAME:KEY, the key in hexadecimal'],
    [':00', 'keys.psk:1: expected NAME:KEY, the key in hexadecimal'],
    ['#ff:00', 'keys.psk:1: expected NAME:KEY, the key in hexadecimal'],
    ['alice:c0ffee!', 'keys.psk:1: expected NAME:KEY, the key in hexadecimal'],
    ['alice:c0f', 'keys.psk:1: expected an even number of hexadecimal digits, found an odd one'],
    ['alice:00\nalice:01', 'keys.psk:2: "alice" is there twice'],
    [`${'a'.repeat(129)}:00`, 'keys.psk: a name may be 128 bytes long, found 129'],
    [`alice:${'c0'.repeat(65)}`, 'keys.psk: the key of "alice" may be 64 bytes long, found 65'],
  ])('%j is refused in one line, that tells no key', (text, message) => {
    expect(() => parseKeys(text, 'keys.psk')).toThrow(new Error(message));
    expect(message).not.toContain('c0');
  });
});

test('a map of keys is held to the same limits', () => {
  const keys = new Map([['alice', Uint8Array.of(1)]]);
  expect(checkKeys(keys, 'keys')).toBe(keys);
  const empty = new Map([['alice', new Uint8Array(0)]]);
  expect(() => checkKeys(empty, 'keys')).toThrow(
    'the key of "alice" may be 64 bytes long, found 0',
  );
  expect(() => checkKeys(new Map(), 'keys')).toThrow('keys: expected a key, found none');
});
