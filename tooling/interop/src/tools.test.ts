import { describe, expect, it } from 'vitest';
import { lack, locate, type Tool } from './tools.ts';

const ABSENT = 'no-such-client' as Tool;

describe('tools', () => {
  it('a missing tool is named in the reason, and only that one', () => {
    expect(lack([ABSENT])).toBe('not on this machine: no-such-client');
    expect(lack([])).toBeUndefined();
  });

  it('a missing tool cannot be located', () => {
    expect(() => locate(ABSENT)).toThrow('expected no-such-client on this machine, found none');
  });
});
