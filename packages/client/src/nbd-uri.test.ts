import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, formatNbdUri, type NbdUri, parseNbdUri } from './nbd-uri.ts';

const PLAIN = { exportName: '', tls: false };
const TCP: Address = { kind: 'tcp', host: 'example.com', port: 10_809 };

describe('what a URI says (K-036)', () => {
  it.each<[string, NbdUri]>([
    ['nbd://example.com', { ...PLAIN, address: TCP }],
    ['nbd://example.com/', { ...PLAIN, address: TCP }],
    ['NBD://example.com/', { ...PLAIN, address: TCP }],
    ['nbds://example.com/disk', { address: TCP, exportName: 'disk', tls: true }],
    ['nbd://example.com//disk', { ...PLAIN, address: TCP, exportName: '/disk' }],
    ['nbd://example.com/a/b%2Fc%20d', { ...PLAIN, address: TCP, exportName: 'a/b/c d' }],
    ['nbd://example.com/a+b:c', { ...PLAIN, address: TCP, exportName: 'a+b:c' }],
    [
      'nbd://[::1]:10810/x',
      { ...PLAIN, address: { kind: 'tcp', host: '::1', port: 10_810 }, exportName: 'x' },
    ],
    [
      'nbd://[fe80::1%25eth0]',
      { ...PLAIN, address: { kind: 'tcp', host: 'fe80::1%eth0', port: 10_809 } },
    ],
    [
      'nbd:///x',
      { ...PLAIN, address: { kind: 'tcp', host: 'localhost', port: 10_809 }, exportName: 'x' },
    ],
    [
      'nbd+unix:///?socket=/run/nbd.sock',
      { ...PLAIN, address: { kind: 'unix', path: '/run/nbd.sock' } },
    ],
    [
      'nbd+unix:///disk?socket=%2Frun%2Fa%20b',
      { ...PLAIN, address: { kind: 'unix', path: '/run/a b' }, exportName: 'disk' },
    ],
    ['nbd+unix:///?socket=%00name', { ...PLAIN, address: { kind: 'unix', path: '\0name' } }],
    [
      'nbds+unix://alice@/d?socket=s',
      { address: { kind: 'unix', path: 's' }, exportName: 'd', tls: true, user: 'alice' },
    ],
    ['nbds://al%40ice@example.com/', { ...PLAIN, address: TCP, tls: true, user: 'al@ice' }],
    [
      'nbds://example.com/?tls-type=psk&tls-hostname=other&tls-verify-peer=0',
      {
        ...PLAIN,
        address: TCP,
        tls: true,
        tlsType: 'psk',
        tlsHostname: 'other',
        tlsVerifyPeer: false,
      },
    ],
    [
      'nbds://example.com/?tls-verify-peer=true',
      { ...PLAIN, address: TCP, tls: true, tlsVerifyPeer: true },
    ],
    [
      'nbd://example.com/?x-colour=red',
      { ...PLAIN, address: TCP, experiments: { 'x-colour': 'red' } },
    ],
  ])('%s', (uri, expected) => {
    expect(parseNbdUri(uri)).toEqual(expected);
  });

  it('vsock and the keys that name files, as libnbd has them (K-037)', () => {
    expect(parseNbdUri('nbds+vsock://3:99/d?tls-certificates=/pki&tls-psk-file=/k')).toEqual({
      address: { kind: 'vsock', cid: 3, port: 99 },
      exportName: 'd',
      tls: true,
      tlsCertificates: '/pki',
      tlsPskFile: '/k',
    });
    expect(parseNbdUri('nbd+vsock:///').address).toEqual({ kind: 'vsock', cid: 2, port: 10_809 });
  });
});

describe('what no URI says (K-036, K-037)', () => {
  it.each([
    ['nbd:example.com', 'expected nbd://'],
    ['http://example.com/', 'expected nbd://'],
    ['nbd+tcp://example.com/', 'expected nbd://'],
    ['nbd://example.com/#part', 'expected nbd://'],
    ['nbd://a b@c@d/', 'expected nbd://'],
    ['nbd://example.com:70000/', 'expected a port up to 65535, found 70000'],
    ['nbd://[example]/', 'expected an IPv6 address'],
    ['nbd://example.com/?socket=/s', '"socket" belongs to nbd+unix'],
    ['nbd+unix:///', 'expected socket=PATH'],
    ['nbd+unix:///?socket=', 'expected socket=PATH'],
    ['nbd+unix://host/?socket=s', 'a Unix socket has no host'],
    ['nbd+vsock://me/', 'expected the number of a machine'],
    ['nbd://example.com/?colour=red', 'unknown parameter "colour"'],
    ['nbd://example.com/?x-a=1&x-a=2', 'is there twice'],
    ['nbd://example.com/?tls-type=rot13', 'expected tls-type=anon|x509|psk'],
    ['nbd://example.com/?tls-verify-peer=maybe', 'expected tls-verify-peer=0'],
    ['nbd://example.com/%ff', 'expected percent-encoded UTF-8'],
    ['nbd://example.com/a%00b', 'no export can have that name'],
  ])('%s', (uri, text) => {
    expect(() => parseNbdUri(uri)).toThrow(TypeError);
    expect(() => parseNbdUri(uri)).toThrow(text);
  });
});

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes('\0'));
const address: fc.Arbitrary<Address> = fc.oneof(
  fc.record({
    kind: fc.constant('tcp' as const),
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 0, max: 0xffff }),
  }),
  fc.record({
    kind: fc.constant('unix' as const),
    path: fc.tuple(fc.constantFrom('', '\0'), word).map((parts) => parts.join('')),
  }),
  fc.record({
    kind: fc.constant('vsock' as const),
    cid: fc.integer({ min: 0, max: 0xffff_ffff }),
    port: fc.integer({ min: 0, max: 0xffff_ffff }),
  }),
);
const uris: fc.Arbitrary<NbdUri> = fc.record(
  {
    address,
    exportName: fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => !text.includes('\0')),
    tls: fc.boolean(),
    user: word,
    tlsType: fc.constantFrom('anon' as const, 'x509' as const, 'psk' as const),
    tlsHostname: word,
    tlsVerifyPeer: fc.boolean(),
    tlsCertificates: word,
    tlsPskFile: word,
    experiments: fc.dictionary(
      word.map((text) => `x-${text}`),
      word,
      { minKeys: 1, maxKeys: 3, noNullPrototype: true },
    ),
  },
  { requiredKeys: ['address', 'exportName', 'tls'] },
);

it('no name is longer than the wire can carry (K-036)', () => {
  expect(parseNbdUri(`nbd://h/${'a'.repeat(4096)}`).exportName).toHaveLength(4096);
  expect(() => parseNbdUri(`nbd://h/${'a'.repeat(4097)}`)).toThrow('no export can have that name');
});

describe('properties (K-036)', () => {
  it('reading what was written gives the same', () => {
    fc.assert(
      fc.property(uris, (uri) => {
        expect(parseNbdUri(formatNbdUri(uri))).toEqual(uri);
      }),
    );
  });

  it('writing what was read and reading it again gives the same', () => {
    fc.assert(
      fc.property(uris, (uri) => {
        const text = formatNbdUri(uri);
        expect(formatNbdUri(parseNbdUri(text))).toBe(text);
      }),
    );
  });

  it('any text is read, or refused with a TypeError', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `nbd+unix://${text}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(outcomeOf(text)).toBeOneOf(['read', 'refused']);
      }),
    );
  });

  it('text that is not well-formed cannot be written', () => {
    expect(() => formatNbdUri({ address: TCP, exportName: '\ud800', tls: false })).toThrow(
      TypeError,
    );
  });
});

function outcomeOf(text: string): unknown {
  try {
    parseNbdUri(text);
    return 'read';
  } catch (error) {
    return error instanceof TypeError ? 'refused' : error;
  }
}
