/**
 * What an operator should know of disks and folders, in the log. Some of it clients bring about, a thousand times in one
 * breath if they like.
 */
import type { ExportContext } from '@nbd/driver';
import { type Log, RepeatedLines } from '@nbd/server';

export interface DiskEvents extends VolumeEvents {
  /** A client asked for something in a folder that is there and is not offered. The text is a single line. */
  readonly refused: (text: string, context: ExportContext) => void;
  /** The folder that is served by this name could not be listed: clients are told of the other exports. */
  readonly listFailed: (name: string, error: unknown) => void;
  /** A disk did not close once nobody used it any more. */
  readonly closeFailed: (error: unknown) => void;
}

/** Of a volume in a bucket, by its URL. */
export interface VolumeEvents {
  /** What was written could not be put into the bucket. It is tried again, and so much is not safe until then. */
  readonly commitFailed: (volume: string, error: Error) => void;
  /** Another server has taken the volume over: every request fails from now on. */
  readonly deposed: (volume: string, error: Error) => void;
}

/** Tells each file and each folder a few times at once, and then once a second. */
export function logDiskEvents(log: Log): DiskEvents {
  const lines = new RepeatedLines(log);
  return {
    refused: (reason, { peer }) =>
      lines.tell('info', reason, { peer, reason }, 'a file is not offered'),
    listFailed: (name, err) =>
      lines.tell('warn', name, { err, export: name }, 'a folder cannot be listed'),
    commitFailed: (volume, err) =>
      lines.tell('warn', volume, { err, volume }, 'a volume could not be saved; it is tried again'),
    deposed: (volume, err) => log.error({ err, volume }, 'a volume was taken over'),
    closeFailed: (err) => log.error({ err }, 'a disk cannot be closed'),
  };
}
