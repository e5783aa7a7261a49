import { expect, test } from 'vitest';
import { pemBlocks } from './pem-blocks.ts';

const ONE = '-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n';
const TWO = '-----BEGIN X509 CRL-----\nAQ==\n-----END X509 CRL-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nAg==\n-----END PRIVATE KEY-----\n';

test('blocks are told apart, and others and what stands in front are left out', () => {
  expect(pemBlocks(`Revocations of today:\n${ONE}${KEY}${TWO}`, 'X509 CRL')).toEqual([ONE, TWO]);
});

test('a block that is cut off is one all the same, for its reader to refuse', () => {
  expect(pemBlocks(ONE + TWO.slice(0, 30), 'X509 CRL')).toEqual([ONE, TWO.slice(0, 30)]);
});

test('lines may end as on Windows', () => {
  const text = (ONE + TWO).replaceAll('\n', '\r\n');
  expect(pemBlocks(text, 'X509 CRL').join('')).toBe(text);
  expect(pemBlocks(text, 'X509 CRL')).toHaveLength(2);
});

test.each(['', 'none', KEY])('a text without any comes back whole: %j', (text) => {
  expect(pemBlocks(text, 'X509 CRL')).toEqual([text]);
});
