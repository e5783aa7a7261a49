import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { started } from './started-program.ts';

test.each(['--version', '-V'])(
  '%s is answered by that of the package, and ends it with 0',
  async (word) => {
    const { version } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { readonly version: string };
    const program = started([word]);
    expect(await program.next(version)).toBe('');
    expect(await program.ended).toBe(0);
    expect(program.errors()).toBe('');
  },
);
