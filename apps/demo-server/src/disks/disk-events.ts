/**
 * What an operator should know of disks and folders, in the log. Some of it clients bring about, a thousand times in one
 * breath if they like.
 */
import type { ExportContext } from '@nbd/driver';
import { type Log, RepeatedLines } from '@nbd/server';

export interface DiskEvents {
  /** A client asked for something in a folder that is there and is not offered. The text is a single line. */
  readonly refused: (text: string, context: ExportContext) => void;
  /** The folder that is served by this name could not be listed: clients are told of the other exports. */
  readonly listFailed: (name: string, error: unknown) => void;
  /** A disk did not close once nobody used it any more. */
  readonly closeFailed: (error: unknown) => void;
}

/** Tells each file and each folder a few times at once, and then once a second. */
export function logDiskEvents(log: Log): DiskEvents {
  const lines = new RepeatedLines(log);
  return {
    refused: (reason, { peer }) =>
      lines.tell('info', reason, { peer, reason }, 'a file is not offered'),
    listFailed: (name, err) =>
      lines.tell('warn', name, { err, export: name }, 'a folder cannot be listed'),
    closeFailed: (err) => log.error({ err }, 'a disk cannot be closed'),
  };
}
