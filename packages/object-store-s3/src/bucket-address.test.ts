import { describe, expect, it } from 'vitest';
import { amazonEndpoint, BucketAddress } from './bucket-address.ts';

describe('the address of a bucket', () => {
  it.each([
    ['http://127.0.0.1:7480', 'nbd', undefined, 'http://127.0.0.1:7480', '/nbd/a'],
    ['http://[::1]:7480/', 'nbd', undefined, 'http://[::1]:7480', '/nbd/a'],
    [
      'https://s3.eu-west-1.amazonaws.com',
      'nbd',
      undefined,
      'https://nbd.s3.eu-west-1.amazonaws.com',
      '/a',
    ],
    [
      'https://s3.eu-west-1.amazonaws.com',
      'n.bd',
      undefined,
      'https://s3.eu-west-1.amazonaws.com',
      '/n.bd/a',
    ],
    [
      'https://s3.eu-west-1.amazonaws.com',
      'NBD',
      undefined,
      'https://s3.eu-west-1.amazonaws.com',
      '/NBD/a',
    ],
    [
      'https://s3.eu-west-1.amazonaws.com',
      'nbd',
      'path',
      'https://s3.eu-west-1.amazonaws.com',
      '/nbd/a',
    ],
    ['https://store.example:444', 'nbd', 'virtual-host', 'https://nbd.store.example:444', '/a'],
  ] as const)('of %s and %s (%s) is %s%s', (endpoint, bucket, addressing, origin, path) => {
    const address = new BucketAddress(endpoint, bucket, addressing);
    expect([address.origin, address.pathOf('a')]).toEqual([origin, path]);
    expect(address.origin.endsWith(`//${address.host}`)).toBe(true);
    expect(address.isSecure).toBe(origin.startsWith('https:'));
  });

  it('has the bucket itself as a path', () => {
    expect(new BucketAddress('http://h', 'b', 'path').pathOf(undefined)).toBe('/b');
    expect(new BucketAddress('http://h', 'bucket', 'virtual-host').pathOf(undefined)).toBe('/');
  });

  it('encodes all of a key but unreserved characters and slashes', () => {
    const path = new BucketAddress('http://h', 'b', 'path').pathOf("a/-_.~ +%2F?#&=!'()*ü€😀");
    expect(path).toBe('/b/a/-_.~%20%2B%252F%3F%23%26%3D%21%27%28%29%2A%C3%BC%E2%82%AC%F0%9F%98%80');
  });

  it.each(['store.example', 'ftp://h', 'http://h/path', 'http://h?q', 'http://h#f', ''])(
    'cannot be at %j',
    (endpoint) => {
      expect(() => new BucketAddress(endpoint, 'b', undefined)).toThrow('http[s]://HOST[:PORT]');
    },
  );

  it.each(['https://user:hush@h', 'https://user:hush@h/path'])(
    'does not repeat the password in %s',
    (endpoint) => {
      const make = (): unknown => new BucketAddress(endpoint, 'b', undefined);
      expect(make).toThrow('HOST');
      expect(make).not.toThrow('hush');
    },
  );

  it.each(['', 'a/b', '..', 'a b', 'ü'])('cannot be of a bucket named %j', (bucket) => {
    expect(() => new BucketAddress('http://h', bucket, undefined)).toThrow('a bucket must be');
  });

  it('cannot have a name in the host that no host has', () => {
    expect(() => new BucketAddress('http://h', 'B_', 'virtual-host')).toThrow('part of a host');
  });
});

describe("Amazon's endpoint", () => {
  it('is that of the region', () => {
    expect(amazonEndpoint('eu-central-1')).toBe('https://s3.eu-central-1.amazonaws.com');
    expect(amazonEndpoint('cn-north-1')).toBe('https://s3.cn-north-1.amazonaws.com.cn');
    expect(() => amazonEndpoint('evil.example/')).toThrow('region must be');
  });
});
