import { describe, expect, it } from 'vitest';
import { BucketAddress } from './bucket-address.ts';
import { RequestSigner } from './request-signer.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The examples of the S3 manual, "Authenticating Requests: Using the Authorization Header", but for one with a header Date. */
const VECTORS = [
  {
    name: 'GET of a range',
    method: 'GET',
    key: 'test.txt',
    query: {},
    headers: { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'GET of what the bucket says of itself',
    method: 'GET',
    key: undefined,
    query: { lifecycle: '' },
    headers: { 'x-amz-content-sha256': EMPTY },
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'GET of a list',
    method: 'GET',
    key: undefined,
    query: { 'max-keys': '2', prefix: 'J' },
    headers: { 'x-amz-content-sha256': EMPTY },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
];

const address = new BucketAddress('https://s3.amazonaws.com', 'examplebucket', undefined);
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

describe('a signature', () => {
  it.each(VECTORS)('is that of the manual: $name', async ({ signature, ...request }) => {
    const signer = new RequestSigner(
      'us-east-1',
      () => Promise.resolve(CREDENTIALS),
      () => new Date('2013-05-24T00:00:00Z'),
    );
    const { headers } = await signer.sign(address, request);
    expect(headers['authorization']).toContain(`Signature=${signature}`);
    expect(headers['host']).toBe('examplebucket.s3.amazonaws.com');
  });

  it('covers the token of credentials that were lent, and follows new ones', async () => {
    let sessionToken = 'first';
    const find = () => Promise.resolve({ ...CREDENTIALS, sessionToken });
    const signer = new RequestSigner('us-east-1', find);
    const request = { method: 'GET', key: 'a', query: { b: 'c d' }, headers: {} };
    const first = await signer.sign(address, request);
    expect(first.path).toBe('/a?b=c%20d');
    expect(first.headers['x-amz-security-token']).toBe('first');
    expect(first.headers['authorization']).toContain(';x-amz-security-token,');
    sessionToken = 'second';
    const second = await signer.sign(address, request);
    expect(second.headers['x-amz-security-token']).toBe('second');
  });
});
