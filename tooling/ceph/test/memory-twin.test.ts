import { memoryStore } from '@nbd/driver-object-store/testing';
import { describe } from 'vitest';
import { storeContract } from '../src/store-contract.ts';

describe('the store in memory', () => {
  storeContract({ make: () => memoryStore(), runs: 100 });
});
