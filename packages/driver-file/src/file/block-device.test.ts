import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFiles } from '../../test/temporary-files.ts';
import { sizeByReading } from './block-device.ts';

const files = temporaryFiles();

// A sparse file stands for the device: both answer no bytes at and after their end.
test.each([0, 1, 2, 3, 511, 512, 513, 4096, 202_893, 2 ** 20 - 1, 2 ** 20, 2 ** 40 + 1])(
  'reading single bytes finds a size of %i bytes',
  (size) => {
    const fd = openSync(files.create(size), 'r');
    try {
      expect(sizeByReading(fd)).toBe(size);
    } finally {
      closeSync(fd);
    }
  },
);
