import { describe, expect, it } from 'vitest';
import { viewBytes } from './view-bytes.ts';

const buffer = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]).buffer;

describe('the bytes of a view', () => {
  it('are a window on its memory, wherever it begins', () => {
    const window = viewBytes(new DataView(buffer, 2, 4), 1, 3);
    expect(window).toEqual(Uint8Array.from([3, 4, 5]));
    expect(window.buffer).toBe(buffer);
  });

  it('end where the view ends, though the memory goes on', () => {
    expect(() => viewBytes(new DataView(buffer, 2, 4), 1, 4)).toThrow(RangeError);
  });
});
