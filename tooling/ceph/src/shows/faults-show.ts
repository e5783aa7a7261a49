/**
 * Disks of a cluster are killed and cut off while fio writes, flushes and verifies: it must see no error, and nothing may
 * be lost. Then two disks of three are killed: a flush must fail, not seem to succeed, and all must go on when they are
 * back. At the end other servers show what is there.
 */
import { setTimeout } from 'node:timers/promises';
import { type Client, connect, type NbdError } from '@nbd/client';
import type { Cluster } from '../cluster.ts';
import { runFio } from '../fio.ts';
import { StampedLoad } from '../stamped-load.ts';
import type { ShowReport } from './show-report.ts';
import { makeShowVolume, type ShowVolume } from './show-volume.ts';
import { Interruption, Steps } from './steps.ts';

export interface FaultsOptions {
  readonly seed: number;
  /** Interrupts it: what was seen up to then is told. */
  readonly signal: AbortSignal;
  /** Is told what is done next. */
  readonly tell: (line: string) => void;
}

const FIO_VOLUME_BYTES = 64 * 2 ** 20;

/** Of the volume whose blocks say which write they are of: 16 MiB. */
const BLOCKS = 256;

/** For how long fio writes under a fault, and how long it has before. */
const FIO_SECONDS = 20;
const BEFORE_SECONDS = 5;

/** What a step may take longer than is meant, on a machine that is busy. */
const SPARE_SECONDS = 180;

/** A request to the store is tried for a minute, and once more if it is not known what became of it. */
const REFUSAL_SECONDS = 120;

interface Stage {
  readonly cluster: Cluster;
  readonly steps: Steps;
  readonly seed: number;
  readonly load: StampedLoad;
  readonly loadVolume: ShowVolume;
  readonly fioVolume: ShowVolume;
  readonly figures: Record<string, string>;
  /** In words what must not be. */
  readonly faults: string[];
}

/** `cluster` has three disks, of which two copies must be written, in networks of their own. */
export async function showFaults(
  cluster: Cluster,
  { seed, signal, tell }: FaultsOptions,
): Promise<ShowReport> {
  const { access } = cluster;
  const load = new StampedLoad(BLOCKS, seed);
  const fioVolume = await makeShowVolume({ access, size: FIO_VOLUME_BYTES, losesFlushes: false });
  const loadVolume = await makeShowVolume({ access, size: load.size, losesFlushes: false });
  const steps = new Steps(signal, tell);
  const figures: Record<string, string> = {};
  const faults: string[] = [];
  let unfinished: string | undefined;
  try {
    const stage = { cluster, steps, seed, load, loadVolume, fioVolume, figures, faults };
    await endureAll(stage);
    await lookAgain(stage);
  } catch (error) {
    if (error instanceof Interruption) unfinished = error.message;
    else faults.push((error as Error).message);
  } finally {
    await Promise.all([fioVolume.close(), loadVolume.close()]);
  }
  const title = 'faults, three disks in files, three copies of all';
  return { title, figures, faults, isControl: false, unfinished };
}

async function endureAll(stage: Stage): Promise<void> {
  const { cluster, steps, seed, loadVolume, fioVolume, figures } = stage;
  const [fioServer, loadServer] = await steps.take('two servers start', SPARE_SECONDS, () =>
    Promise.all([fioVolume.serve(), loadVolume.serve()]),
  );
  const uri = fioServer.uri(fioVolume.exportName);
  const client = await connect(loadServer.uri(loadVolume.exportName));
  const filled = await steps.take('fio fills 64 MiB', SPARE_SECONDS, (signal) =>
    runFio(uri, { kind: 'fill', seed }, signal),
  );
  figures['filled'] = `${filled.writes} blocks of 16 KiB by fio, ${filled.reads} verified`;
  await endure(stage, { uri, client, name: 'no fault', disksUp: 3 });
  await endure(stage, {
    uri,
    client,
    name: 'a disk killed (kill -9)',
    disksUp: 2,
    begin: () => cluster.killDisk(1),
  });
  await steps.take('the killed disk comes back', SPARE_SECONDS, async (signal) => {
    await cluster.startDisk(1);
    await cluster.untilDisksUp(3, signal);
  });
  await endure(stage, {
    uri,
    client,
    name: 'a disk cut off without a word',
    disksUp: 2,
    begin: () => cluster.setDiskNetwork(2, 'down'),
  });
  await steps.take('the disk that was cut off comes back', SPARE_SECONDS, async (signal) => {
    await cluster.setDiskNetwork(2, 'up');
    await cluster.untilDisksUp(3, signal);
  });
  await loseTwoOfThree(stage, client);
  await endure(stage, { uri, client, name: 'all disks back', disksUp: 3 });
}

interface Trial {
  readonly uri: string;
  readonly client: Client;
  /** Of the fault. */
  readonly name: string;
  /** Of the disks, as many as the monitor knows of when the fault is there. */
  readonly disksUp: number;
  /** Begins the fault, if there is to be one. */
  readonly begin?: () => Promise<void>;
}

/** fio on one volume and the load on the other, while the fault begins and lasts. */
async function endure(stage: Stage, { uri, client, name, disksUp, begin }: Trial): Promise<void> {
  const { cluster, steps, load, figures } = stage;
  // Another one each time.
  const seed = stage.seed + Object.keys(figures).length;
  const task = { kind: 'change', seed, seconds: FIO_SECONDS } as const;
  const seconds = FIO_SECONDS + SPARE_SECONDS;
  const rounds = load.rounds;
  load.longestMillis = 0;
  const [report, noticed] = await steps.take(`fio writes under: ${name}`, seconds, (signal) => {
    const running = runFio(uri, task, signal);
    const fault = async (): Promise<number> => {
      await setTimeout(BEFORE_SECONDS * 1000, undefined, { signal });
      const began = performance.now();
      await begin?.();
      await cluster.untilDisksUp(disksUp, signal);
      return performance.now() - began;
    };
    return Promise.all([running, fault(), roundsUntil(running, load, client)]);
  });
  const { writes, reads, longestWrite, longestFlush } = report;
  const stall = Math.max(longestWrite, longestFlush, load.longestMillis);
  const notice = disksUp < 3 ? `, known to the monitor after ${inSeconds(noticed)}` : '';
  figures[name] =
    `longest wait ${inSeconds(stall)}${notice}; fio: ${writes} blocks written, ${reads} verified, no error; beside it ${load.rounds - rounds} flushes`;
}

async function roundsUntil(
  end: Promise<unknown>,
  load: StampedLoad,
  client: Client,
): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  end.then(stop, stop);
  while (!over.signal.aborted) await load.round(client);
}

/** Too few disks to write: a flush that is answered then is a lie. */
async function loseTwoOfThree(stage: Stage, client: Client): Promise<void> {
  const { cluster, steps, load, figures, faults } = stage;
  const name = 'two of three killed';
  const seconds = REFUSAL_SECONDS + SPARE_SECONDS;
  const start = performance.now();
  const answer = await steps.take(`a flush is refused with ${name}`, seconds, async () => {
    await Promise.all([cluster.killDisk(0), cluster.killDisk(1)]);
    return load.round(client).then(
      () => 'success',
      (error: NbdError) => error.code,
    );
  });
  figures[name] = `a flush is answered after ${inSeconds(performance.now() - start)}: ${answer}`;
  if (answer !== 'EIO') faults.push(`${name}: expected EIO for a flush, found ${answer}`);
  const back = performance.now();
  await steps.take('both disks come back', SPARE_SECONDS, async (signal) => {
    await Promise.all([cluster.startDisk(0), cluster.startDisk(1)]);
    await cluster.untilDisksUp(3, signal);
  });
  const up = performance.now();
  await steps.take('a flush is answered again', SPARE_SECONDS, () => load.round(client));
  figures['both back'] =
    `known to the monitor after ${inSeconds(up - back)}, and a flush is answered after ${inSeconds(performance.now() - up)}`;
}

/** Whatever was answered must be there for other servers. */
async function lookAgain(stage: Stage): Promise<void> {
  const { steps, load, loadVolume, fioVolume, figures, faults } = stage;
  const name = 'other servers';
  await steps.take(`${name} show what is there`, SPARE_SECONDS, async (signal) => {
    await Promise.all([fioVolume.crash(), loadVolume.crash()]);
    await Promise.all([fioVolume.takeOver(), loadVolume.takeOver()]);
    const [fioServer, loadServer] = await Promise.all([fioVolume.serve(), loadVolume.serve()]);
    const reader = await connect(loadServer.uri(loadVolume.exportName));
    faults.push(...(await load.faults(reader)));
    await reader.close();
    const uri = fioServer.uri(fioVolume.exportName);
    const { reads } = await runFio(uri, { kind: 'verify' }, signal);
    figures[name] =
      `after kill -9: ${reads} blocks of fio verified, ${BLOCKS} of the load compared`;
  });
}

function inSeconds(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`;
}
