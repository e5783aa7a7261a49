import { expect, test } from 'vitest';
import { isLoopback, parseMetricsAddress, urlOf } from './metrics-address.ts';

test.each([
  ['127.0.0.1:9100', '127.0.0.1', 9100, 'http://127.0.0.1:9100/'],
  ['9100', '127.0.0.1', 9100, 'http://127.0.0.1:9100/'],
  ['localhost:0', 'localhost', 0, 'http://localhost:0/'],
  ['[::1]:65535', '::1', 65_535, 'http://[::1]:65535/'],
  ['nbd.example:80', 'nbd.example', 80, 'http://nbd.example:80/'],
])('%s is an address', (text, host, port, url) => {
  const address = parseMetricsAddress(text);
  expect(address).toEqual({ host, port });
  expect(urlOf(address)).toBe(url);
});

test.each([
  '',
  ':',
  ':9100',
  'localhost',
  'a:65536',
  '::1:9100',
  '[::1]',
  '[nbd]:1',
  'http://a:1',
  'a b:1',
])('%j is none', (text) => {
  expect(() => parseMetricsAddress(text)).toThrow(
    `expected HOST:PORT, such as 127.0.0.1:9100, found ${JSON.stringify(text)}`,
  );
});

test('an address of this machine is told from one that others can reach', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '127.evil.example', '10.0.0.1'].some(isLoopback)).toBe(false);
});
