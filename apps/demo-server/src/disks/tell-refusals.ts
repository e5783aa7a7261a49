/**
 * What clients ask a folder for that is there and is not offered, in the log: they may ask for it a thousand times in one
 * breath.
 */
import { type Log, RepeatedLines } from '@nbd/server';
import type { OpenFolderOptions } from './open-folder.ts';

/** For `refused`: tells each file a few times at once, and then once a second. */
export function tellRefusals(log: Log): OpenFolderOptions['refused'] {
  const lines = new RepeatedLines(log);
  return (reason, { peer }) =>
    lines.tell('info', reason, { peer, reason }, 'a file is not offered');
}
