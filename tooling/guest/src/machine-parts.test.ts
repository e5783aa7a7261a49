import { expect, it } from 'vitest';
import { findKernel } from './kernel.ts';
import {
  findProgram,
  lackOf,
  locateFile,
  locateProgram,
  MissingPartError,
} from './machine-parts.ts';

it('says in one line what a machine lacks', () => {
  expect(lackOf(['node'], () => undefined)).toBeUndefined();
  expect(lackOf(['no-such-1', 'node', 'no-such-2'], () => undefined)).toBe(
    'not on this machine: no-such-1, no-such-2',
  );
  expect(lackOf(['node'], () => void locateFile(['/no/such/file', '/no/other']))).toBe(
    'not on this machine: /no/such/file',
  );
  expect(lackOf(['node'], () => void findKernel(['no_such_module']))).toMatch(
    /^no kernel .* no_such_module/,
  );
});

it('a defect is not taken for a lack', () => {
  expect(() => lackOf([], () => void JSON.parse('{'))).toThrow(SyntaxError);
});

it('finds programs where distributions put them, and throws for those that are not there', () => {
  expect(findProgram('sh')).toMatch(/^\/.*\/sh$/);
  expect(() => locateProgram('no-such-program')).toThrow(MissingPartError);
  expect(locateFile(['/no/such/file', '/etc/passwd'])).toBe('/etc/passwd');
});
