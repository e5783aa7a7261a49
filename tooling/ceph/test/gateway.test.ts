import { randomUUID } from 'node:crypto';
import { s3Store } from '@nbd/object-store-s3';
import { describe } from 'vitest';
import { needGateway } from '../src/need-gateway.ts';
import { storeContract } from '../src/store-contract.ts';

const access = needGateway();

describe('a bucket of a real gateway', () => {
  storeContract({
    make: () => s3Store({ ...access(), prefix: `contract/${randomUUID()}` }),
    runs: 15,
  });
});

describe('a bucket whose payloads are not signed', () => {
  storeContract({
    make: () => s3Store({ ...access(), prefix: `contract/${randomUUID()}`, payload: 'unsigned' }),
    runs: 5,
  });
});
