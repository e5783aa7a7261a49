/** What `nbd volume` refuses before it asks a store. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runHere } from './run-here.ts';

beforeEach(() => {
  // Nobody listens there, and nobody is asked.
  vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:1');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['create --size 1M --chunk-size 3000 s3://b/v', 'chunkBytes: expected a power of two'],
  ['create --size 1P --chunk-size 4K s3://b/v', 'size: expected 0 to'],
  ['create --size 1M s3://b/.v', 'volume: expected a name of 1 to 200 letters'],
  ['snapshot s3://b/v@.s', 'snapshot: expected a name of 1 to 200 letters'],
  ['info s3://b?/v', 'a bucket must be named with letters'],
])('volume %s is wrong usage', async (words, message) => {
  const { code, stdout, stderr } = await runHere(['volume', ...words.split(' ')]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`nbd: ${message}`);
  expect(stderr.match(/\n/g)).toHaveLength(1);
});
