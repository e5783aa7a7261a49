/** What came of the trials with bad disks, in lines for a person. */
import type { Output } from '@nbd-tooling/command-line';
import { verdict } from '../verdict.ts';
import { DISK_TRIALS, runTrial } from './disks-run.ts';
import type { DiskServer } from './disk-server-table.ts';

const FINDINGS_MAX = 5;
const NAME_COLUMNS = 14;

/** Runs the trials of a server. Whether all is in order: a control must be found out by each of its own. */
export async function tellDisks(server: DiskServer, { print }: Output): Promise<boolean> {
  print(`${server.name}: ${server.sound ? '' : 'CONTROL, '}${server.about}`);
  let inOrder = true;
  for (const trial of trialsOf(server)) {
    const { done, tried, broken } = await runTrial(trial, server);
    const kept = broken.length === 0;
    if (tried && kept !== server.sound) inOrder = false;
    const outcome = !tried ? 'not here' : kept ? 'kept' : `broken ${broken.length} times`;
    print(`  ${trial.name.padEnd(NAME_COLUMNS)}${outcome}: ${done}`);
    for (const one of broken.slice(0, FINDINGS_MAX)) print(`    ${one}`);
  }
  print(`  ${verdict(inOrder, server)}`);
  return inOrder;
}

export function trialsOf({ trials }: DiskServer): typeof DISK_TRIALS {
  return DISK_TRIALS.filter(({ name }) => trials === undefined || trials.includes(name));
}
