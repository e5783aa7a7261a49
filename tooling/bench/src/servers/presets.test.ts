import { execPath } from 'node:process';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lackOf } from './presets.ts';

describe('a preset', () => {
  it('lacks a program that is in no folder of the path, and says its name', () => {
    const needs = { kind: 'program', name: 'nbdkit' } as const;
    expect(lackOf({ command: '', needs: [needs] }, '')).toBe('nbdkit is not on this machine');
  });

  it('lacks nothing if the program is there', () => {
    const needs = { kind: 'program', name: basename(execPath) } as const;
    expect(lackOf({ command: '', needs: [needs] }, `:${dirname(execPath)}`)).toBeUndefined();
  });

  it('tells of all that it lacks at once', () => {
    const needs = [
      { kind: 'program', name: 'nbdkit' },
      { kind: 'program', name: 'openssl' },
    ] as const;
    expect(lackOf({ command: '', needs }, '')).toBe(
      'nbdkit is not on this machine; openssl is not on this machine',
    );
  });

  it('lacks a file that is not built, and says how to get it', () => {
    const needs = { kind: 'file', path: `${execPath}.none`, hint: 'build it' } as const;
    expect(lackOf({ command: '', needs: [needs] })).toBe(`${execPath}.none is missing: build it`);
    expect(lackOf({ command: '', needs: [{ ...needs, path: execPath }] })).toBeUndefined();
  });
});
