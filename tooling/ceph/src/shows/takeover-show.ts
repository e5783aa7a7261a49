/**
 * Stops the server of a volume amid writing, gives the volume to another one, and lets the first one go on: nothing that
 * it has answered may be lost, and it may answer no write and no flush any more.
 */
import { setTimeout } from 'node:timers/promises';
import { connect } from '@nbd/client';
import type { VolumeServer } from '../programs.ts';
import { type RoundOptions, type Scene, showRounds } from './round-show.ts';
import type { ShowReport } from './show-report.ts';
import { Writing } from './writing.ts';

/** The server is stopped so long after writing has begun, at most: milliseconds. */
const STOP_MILLIS_MAX = 80;

/** Flushes that a deposed server may answer until it is given up as one that always will. */
const WRONG_ANSWERS_MAX = 3;

export async function showTakeovers(options: RoundOptions): Promise<ShowReport> {
  let longest = 0;
  let lateAnswers = 0;
  return showRounds(
    {
      name: 'takeover',
      async round(scene) {
        const { millis, late, ...outcome } = await takeover(scene);
        longest = Math.max(longest, millis);
        lateAnswers += late;
        return outcome;
      },
      figures: ({ rounds }, done) => ({
        takeovers: `${done} of ${options.rounds}, each from a server that was stopped amid writing and went on later`,
        flushes: `${rounds} answered, of 6 blocks of 64 KiB each`,
        'answered late': `${lateAnswers} flushes, never two in one takeover, and what they had flushed is there`,
        'longest takeover': `${Math.round(longest)} ms, with the start of the new server`,
      }),
    },
    options,
  );
}

/** Answers also how long it took until the next server served, and how many flushes the deposed one has answered. */
async function takeover({ volume, load, random, server }: Scene) {
  const client = await connect(server.uri(volume.exportName));
  await load.round(client);
  const writing = new Writing(load, client);
  await setTimeout(random() * STOP_MILLIS_MAX);
  server.freeze('SIGSTOP');
  const start = performance.now();
  await volume.takeOver();
  const next = await volume.serve();
  const millis = performance.now() - start;
  const reader = await connect(next.uri(volume.exportName));
  const lost = await load.faults(reader);
  writing.allow(WRONG_ANSWERS_MAX);
  const answered = load.rounds;
  server.freeze('SIGCONT');
  await writing.ended;
  const late = load.rounds - answered;
  const faults = [
    ...lost,
    // One may be: if its commit came before the takeover, and the stop before the answer. It must be there then.
    ...(late > 1 ? [`${late} flushes answered when deposed`] : []),
    ...(await load.faults(reader)),
    ...(await answersOf(server, volume.exportName)),
  ];
  load.settle();
  await reader.close();
  await server.end('SIGKILL');
  return { server: next, faults, millis, late };
}

/** What a deposed server does that it must not: it takes a write, or does not say why it takes none. */
async function answersOf(server: VolumeServer, exportName: string): Promise<readonly string[]> {
  const faults: string[] = [];
  const took = await connect(server.uri(exportName)).then(
    async (client) => {
      const written = await client.write(new Uint8Array(4096), 0, { fua: true }).then(
        () => true,
        () => false,
      );
      await client.close().catch(() => {});
      return written;
    },
    () => false,
  );
  if (took) faults.push('a write was answered when deposed');
  if (!/taken over|another host/i.test(server.log())) faults.push('nothing said why');
  return faults;
}
