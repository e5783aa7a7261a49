import { driverConformance } from '@nbd/driver-conformance';
import { describe } from 'vitest';
import { nullDriver, patternDriver } from '../src/index.ts';

describe('null', () => {
  driverConformance({ create: nullDriver, forgetful: true });
});

describe('pattern', () => {
  driverConformance({ create: patternDriver, content: patternByte, writable: false });
});

/** The pattern by another road: as 64-bit integers. */
function patternByte(offset: number): number {
  const word = (BigInt(offset) / 8n) * 8n;
  return Number((word >> (56n - 8n * (BigInt(offset) % 8n))) & 0xffn);
}
