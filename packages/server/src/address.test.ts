/** Spec: uri.md, "NBD URI components". */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, formatUri, parseAddress } from './address.ts';

/** Hosts as a URL spells them: a name, an IPv4 address, the shortest form of an IPv6 address. */
const hosts = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.constantFrom('localhost', '::', '::1', '2001:db8::1', 'fe80::2:3:4:5'),
);

const places: fc.Arbitrary<Address> = fc.oneof(
  fc.record({
    kind: fc.constant('tcp' as const),
    host: hosts,
    port: fc.integer({ min: 0, max: 65_535 }),
  }),
  fc.record({
    kind: fc.constant('unix' as const),
    path: fc.string({ unit: 'grapheme', minLength: 1 }),
  }),
);

const addresses: fc.Arbitrary<Address> = fc.oneof(
  places,
  places.map((place) => Object.assign(place, { tls: true as const })),
);

/** What is said of an address that is none, with the kind of error. */
function mistakeIn(uri: string): string {
  try {
    return `none: ${JSON.stringify(parseAddress(uri))}`;
  } catch (error) {
    return String(error);
  }
}

describe('an address', () => {
  test('survives being written as a URI and read again', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatUri(address))).toEqual(address);
      }),
    );
  });

  test.each<[uri: string, address: Address]>([
    ['nbd://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 10_809 }],
    ['nbd://localhost/', { kind: 'tcp', host: 'localhost', port: 10_809 }],
    ['nbd://0.0.0.0:0', { kind: 'tcp', host: '0.0.0.0', port: 0 }],
    ['nbd://[::1]', { kind: 'tcp', host: '::1', port: 10_809 }],
    ['nbd://[0:0:0:0:0:0:0:1]:1', { kind: 'tcp', host: '::1', port: 1 }],
    ['nbd+unix:///?socket=/run/nbd.sock', { kind: 'unix', path: '/run/nbd.sock' }],
    ['nbds://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 10_809, tls: true }],
    ['nbds+unix:///?socket=/a', { kind: 'unix', path: '/a', tls: true }],
    ['nbd+unix:///?socket=nbd.sock', { kind: 'unix', path: 'nbd.sock' }],
    ['nbd+unix:///?socket=%2Fa%20b', { kind: 'unix', path: '/a b' }],
    ['nbd+unix:///?socket=/run/c%2B%2B.sock', { kind: 'unix', path: '/run/c++.sock' }],
    // In a URI, as opposed to a form of a web page, a plus is a plus.
    ['nbd+unix:///?socket=/run/c++.sock', { kind: 'unix', path: '/run/c++.sock' }],
  ])('is read from %s', (uri, address) => {
    expect(parseAddress(uri)).toEqual(address);
  });
});

test.each<[uri: string, says: string]>([
  ['', '"" is not an address: expected nbd://HOST:PORT or nbd+unix:///?socket=PATH'],
  ['127.0.0.1:10809', 'is not an address'],
  ['localhost', 'is not an address'],
  ['/run/nbd.sock', 'is not an address'],
  ['http://127.0.0.1', 'is not an address'],
  ['nbd:127.0.0.1', 'is not an address'],
  ['nbd://127.0.0.1:65536', 'is not an address'],
  ['nbd://127.0.0.1:port', 'is not an address'],
  ['nbd://::1', 'is not an address'],
  ['nbd://:10809', 'is not an address'],
  ['nbd+tcp://127.0.0.1', 'is not an address'],
  ['nbds://', 'expected a host, such as 127.0.0.1'],
  ['nbds://alice@127.0.0.1', 'an address to listen on has no user'],
  ['nbds://127.0.0.1?tls-certificates=/a', 'unknown parameter "tls-certificates"'],
  ['nbds+unix:///', 'expected socket=PATH'],
  ['nbd://', 'expected a host, such as 127.0.0.1'],
  ['nbd:///disk', 'an address to listen on names no export, found /disk'],
  ['nbd://127.0.0.1/disk', 'an address to listen on names no export, found /disk'],
  ['nbd+unix:///disk?socket=/a', 'an address to listen on names no export, found /disk'],
  ['nbd://127.0.0.1?socket=/a', 'unknown parameter "socket"'],
  ['nbd+unix:///?path=/a', 'unknown parameter "path"'],
  ['nbd+unix:///?socket=/a&mode=0600', 'unknown parameter "mode"'],
  ['nbd+unix:///', 'expected socket=PATH'],
  ['nbd+unix:///?socket=', 'expected socket=PATH'],
  ['nbd+unix:///?socket=/a&socket=/b', 'twice'],
  ['nbd+unix://host/?socket=/a', 'host'],
  ['nbd://user:secret@127.0.0.1', 'user'],
  ['nbd://127.0.0.1#disk', '#disk'],
])('the mistake in "%s" is told in one line', (uri, says) => {
  const message = mistakeIn(uri);
  expect(message).toMatch(/^TypeError: /);
  expect(message).toContain(says);
  expect(message).toContain(uri);
  expect(message).not.toContain('\n');
});

/** Texts and URIs, none of them ours. */
const anything: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', 'http://', 'nbd:', 'nbd+ssh://', 'file:///'),
    fc.string({ unit: 'binary' }),
  )
  .map(([scheme, rest]) => scheme + rest);

test('whatever is no address is refused with a TypeError of one line', () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(() => parseAddress(text)).toThrow(TypeError);
      expect(() => parseAddress(text)).toThrow(/^[^\n\r]*$/);
    }),
  );
});

describe('the URI of an export', () => {
  const tcp: Address = { kind: 'tcp', host: '::1', port: 10_809 };
  const unix: Address = { kind: 'unix', path: '/run/a b.sock' };

  test.each<[address: Address, name: string, uri: string]>([
    [tcp, '', 'nbd://[::1]:10809'],
    [tcp, 'disk', 'nbd://[::1]:10809/disk'],
    [tcp, 'a/b c?#%', 'nbd://[::1]:10809/a/b%20c%3F%23%25'],
    [unix, '', 'nbd+unix:///?socket=/run/a%20b.sock'],
    [{ ...tcp, tls: true }, 'disk', 'nbds://[::1]:10809/disk'],
    [{ ...unix, tls: true }, '', 'nbds+unix:///?socket=/run/a%20b.sock'],
    [unix, 'é', 'nbd+unix:///%C3%A9?socket=/run/a%20b.sock'],
  ])('is written so that every client reads it alike', (address, name, uri) => {
    expect(formatUri(address, name)).toBe(uri);
  });

  test('holds the name, however it is spelled', () => {
    fc.assert(
      fc.property(addresses, fc.string({ unit: 'grapheme' }), (address, name) => {
        const rest = formatUri(address, name).replace(/^[^:]*:\/\/[^/?]*\/?/, '');
        expect(decodeURIComponent(rest.replace(/\?.*$/, ''))).toBe(name);
      }),
    );
  });
});
