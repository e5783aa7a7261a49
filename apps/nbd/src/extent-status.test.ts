import { expect, test } from 'vitest';
import { describeStatus } from './extent-status.ts';

test.each([
  ['base:allocation', 0, 'data'],
  ['base:allocation', 1, 'hole'],
  ['base:allocation', 2, 'zero'],
  ['base:allocation', 3n, 'hole,zero'],
  ['base:allocation', 4, '4'],
  ['qemu:dirty-bitmap:b', 0, 'clean'],
  ['qemu:dirty-bitmap:b', 1, 'dirty'],
  ['qemu:dirty-bitmap:b', 3, '3'],
  ['qemu:allocation-depth', 0, 'absent'],
  ['qemu:allocation-depth', 1, 'local'],
  ['qemu:allocation-depth', 2, 'backing depth 2'],
  ['x-heat:reads', 2n ** 60n, '1152921504606846976'],
])('%s says %s by "%s"', (context, flags, words) => {
  expect(describeStatus(context, flags)).toBe(words);
});
