import type { Fault } from '@nbd/filters';
import { expect, test } from 'vitest';
import { parseDelay, parseFault } from './parse-faults.ts';
import { ProgramError } from '../program-error.ts';

test.each<[string, Fault[]]>([
  ['read=5ms', [{ on: 'read', delay: 5 }]],
  ['write=1.5s,any=2ms', [{ on: 'write', delay: 1500 }, { delay: 2 }]],
])('the delay %j', (text, faults) => {
  expect(parseDelay(text)).toEqual({ kind: 'faults', faults, seed: 0 });
});

test.each<[string, Fault, number]>([
  ['write,nth=3,error=ENOSPC', { on: 'write', nth: 3, fail: 'ENOSPC' }, 0],
  ['flush,lose', { on: 'flush', lose: true }, 0],
  ['any,hang,times=2', { hang: true, times: 2 }, 0],
  ['read,delay=7ms', { on: 'read', delay: 7 }, 0],
  [
    'read,at=4K,corrupt=2',
    { on: 'read', touching: { offset: 4096, length: 512 }, corrupt: { bytes: 2 } },
    0,
  ],
  [
    'write,at=1M+64K,tear=anywhere',
    { on: 'write', touching: { offset: 2 ** 20, length: 65536 }, tear: 'anywhere' },
    0,
  ],
  [
    'write,chance=0.25,tear=1K,error=EIO,seed=7',
    { on: 'write', chance: 0.25, tear: { after: 1024 }, fail: 'EIO' },
    7,
  ],
])('the fault %j', (text, fault, seed) => {
  expect(parseFault(text)).toEqual({ kind: 'faults', faults: [fault], seed });
});

const KEYS = 'at, nth, times, chance, error, delay, hang, lose, tear, corrupt';
const CALLS = 'any, read, write, flush, trim, zero, cache, extents, resize';

test.each([
  ['', `unknown call "", expected ${CALLS}`],
  ['wrote,lose', `unknown call "wrote", expected ${CALLS}`],
  [
    'write',
    'expected what befalls the calls, one of error, delay, hang, lose, tear, corrupt, found none',
  ],
  [
    'write,nth=3',
    'expected what befalls the calls, one of error, delay, hang, lose, tear, corrupt, found none',
  ],
  ['write,fail=EIO', `unknown key "fail" of a fault, expected ${KEYS}, seed`],
  ['write,toString', `unknown key "toString" of a fault, expected ${KEYS}, seed`],
  [
    'write,error=EBUSY',
    'unknown error "EBUSY", expected one of EPERM, EIO, ENOMEM, EINVAL, ENOSPC, ENOTSUP, ESHUTDOWN',
  ],
  ['write,error=EIO,error=EPERM', 'two values of "error"'],
  ['write,lose=1', 'expected nothing behind hang or lose, found "1"'],
  ['write,lose,nth=x', 'expected a number, found "x"'],
  ['write,lose,nth=0', 'nth: expected a whole number of at least 1, found 0'],
  ['write,lose,chance=2', 'chance: expected 0 to 1, found 2'],
  [
    'write,lose,at=x',
    'expected a size in bytes or with one of K M G T P E, such as 64M, found "x"',
  ],
  ['write,tear', 'expected a size in bytes or with one of K M G T P E, such as 64M, found ""'],
  ['read,corrupt=0', 'corrupt.bytes: expected a whole number of at least 1, found 0'],
  ['read,delay=soon', 'expected a time, such as 5ms or 2s, found "soon"'],
])('the fault %j is none, and the message says what would be', (text, message) => {
  expect(() => parseFault(text)).toThrow(new ProgramError('wrong-usage', message));
});

test.each([
  ['read', 'expected a time, such as 5ms or 2s, found ""'],
  ['reads=5ms', `unknown call "reads", expected ${CALLS}`],
])('the delay %j is none', (text, message) => {
  expect(() => parseDelay(text)).toThrow(new ProgramError('wrong-usage', message));
});
