/** Puts one server to all trials with bad disks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SocketServer } from '../servers/socket-server.ts';
import type { ServerKind } from '../servers/server-table.ts';
import { type DiskTrial, TrialBench } from './disk-trial.ts';
import { failingFlush } from './failing-flush.ts';
import { failingReads, failingWrites } from './failing-requests.ts';
import { fullDisk } from './full-disk.ts';
import { lackOf } from './machine.ts';
import { truncatedFile } from './truncated-file.ts';
import { vanishedFile } from './vanished-file.ts';

export const DISK_TRIALS: readonly DiskTrial[] = [
  fullDisk('tmpfs'),
  fullDisk('ext4'),
  truncatedFile,
  vanishedFile,
  failingReads('file'),
  failingReads('device'),
  failingWrites,
  failingFlush,
];

export interface TrialReport {
  readonly trial: DiskTrial;
  /** What was done; or why it could not be. */
  readonly done: string;
  /** Whether it could be done: this machine, or the server on this kind of disk, may not be able to. */
  readonly tried: boolean;
  /** The promises that were not kept. */
  readonly broken: readonly string[];
}

/** Why the server would not start: this means of reading is not to be had for this kind of file. */
const NOT_OFFERED = /io "\w+" is not available: (?<reason>.*)/;

export async function runTrial(trial: DiskTrial, kind: ServerKind): Promise<TrialReport> {
  const lack = lackOf(trial.needs);
  if (lack !== undefined) return { trial, done: lack, tried: false, broken: [] };
  const folder = await mkdtemp(join(tmpdir(), 'nbd-reliability-'));
  let servers = 0;
  const bench = new TrialBench((disk) => {
    const socket = join(folder, `${servers++}.sock`);
    return SocketServer.start(kind, { disk, socket, seed: 0 });
  });
  try {
    const done = await trial.run(bench);
    return { trial, done, tried: true, broken: bench.broken };
  } catch (error) {
    const reason = NOT_OFFERED.exec((error as Error).message)?.groups?.['reason'];
    if (reason === undefined) throw error;
    return { trial, done: reason, tried: false, broken: [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
