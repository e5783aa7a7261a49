/**
 * Kills the server of a volume between flushes and inside them, and looks each time whether all that it had answered
 * is there for the next one.
 */
import { setTimeout } from 'node:timers/promises';
import { connect } from '@nbd/client';
import { BLOCKS, type RoundOptions, type Scene, showRounds } from './round-show.ts';
import type { ShowReport } from './show-report.ts';
import { Writing } from './writing.ts';

/** Of these, one round of the load takes less than the most, so that kills hit all of its parts: milliseconds. */
const KILL_MILLIS_MAX = 80;

export async function showCrashes(options: RoundOptions): Promise<ShowReport> {
  let kills = 0;
  return showRounds(
    {
      name: 'crash',
      // Every other one is inside.
      round: async (scene) => crash(scene, kills++ % 2 === 1),
      figures: ({ rounds }, done) => ({
        kills: `${done} of ${options.rounds}, ${Math.floor(done / 2)} of them with writes or a flush under way`,
        flushes: `${rounds} answered, of 6 blocks of 64 KiB each`,
        blocks: `${done * BLOCKS} read and compared`,
      }),
    },
    options,
  );
}

/** Inside: amid writes and flushes. Otherwise when all that was written is flushed. */
async function crash({ volume, load, random, server }: Scene, isInside: boolean) {
  const client = await connect(server.uri(volume.exportName));
  for (let round = 0; round < 1 + random() * 3; round++) await load.round(client);
  const writing = isInside ? new Writing(load, client) : undefined;
  if (isInside) await setTimeout(random() * KILL_MILLIS_MAX);
  await server.end('SIGKILL');
  await writing?.ended;
  await volume.takeOver();
  const next = await volume.serve();
  const reader = await connect(next.uri(volume.exportName));
  const faults = await load.faults(reader);
  load.settle();
  await reader.close();
  return { server: next, faults };
}
