import { describe, expect, it, type TestContext } from 'vitest';
import { DISK_SERVERS } from '../src/disks/disk-server-table.ts';
import type { DiskTrial } from '../src/disks/disk-trial.ts';
import { runTrial } from '../src/disks/disks-run.ts';
import { trialsOf } from '../src/disks/tell-disks.ts';
import { isPermission, lackOf } from '../src/disks/machine.ts';
import { needServer } from './need-server.ts';

/** `pnpm reliability disks --server all` has the others, which differ in their means of reading. */
const SOUND = DISK_SERVERS.filter(({ name }) => name === 'workers');
const CONTROLS = DISK_SERVERS.filter(({ sound }) => !sound);

/** Skips the test where this machine does not let us; a program that is not installed is a failure in CI. */
function needMachine({ needs }: DiskTrial, { skip }: TestContext): void {
  const lack = lackOf(needs);
  if (lack === undefined) return;
  const missing = lackOf(needs.filter((need) => !isPermission(need)));
  if (process.env['CI'] !== undefined && missing !== undefined) {
    throw new Error(`${missing}; in CI that is a failure`);
  }
  skip(lack);
}

describe.for(SOUND)('a bad disk under $about', (kind) => {
  it.for(trialsOf(kind))('$about: what is promised of it is kept', async (trial, context) => {
    needMachine(trial, context);
    const { broken, tried, done } = await runTrial(trial, kind);
    expect({ broken, tried, done }).toMatchObject({ broken: [], tried: true });
  });
});

describe.for(CONTROLS)('a control: $about', (kind) => {
  it.for(trialsOf(kind))('is found out by $about', async (trial, context) => {
    needServer(kind, context);
    needMachine(trial, context);
    const { broken } = await runTrial(trial, kind);
    expect(broken).not.toEqual([]);
  });
});
