/**
 * A volume in a bucket as a disk. Where the bucket is, and who asks, is in the environment, as for other programs of S3.
 */
import { hostname } from 'node:os';
import { type Driver, filter } from '@nbd/driver';
import {
  type ChunkStore,
  type ObjectStore,
  openSnapshot,
  openVolume,
  VolumeError,
} from '@nbd/driver-object-store';
import { collectLate, s3Store, standardS3Settings } from '@nbd/object-store-s3';
import { openCacheFolder } from './cache-folder.ts';
import type { VolumeEvents } from './disk-events.ts';
import { countsIn, type VolumeCounts, volumeMemory } from '../metrics/volume-counts.ts';
import { type VolumeMeter, volumeMeter } from '../metrics/volume-meter.ts';
import type { VolumeSpec } from '../settings/volume-spec.ts';

export interface OpenVolumeOptions {
  readonly events: VolumeEvents;
  readonly counts: VolumeCounts | undefined;
}

/** Opens the volume, or a snapshot of it. Closing the disk lets go of the bucket too. */
export async function openVolumeDisk(
  { bucket, prefix, volume, snapshot, cacheFolder }: VolumeSpec,
  { events, counts = countsIn(volumeMemory(1), 0) }: OpenVolumeOptions,
): Promise<Driver> {
  collectLate();
  const meter = volumeMeter(counts);
  const chunkStore = cacheFolder && (await openCacheFolder(cacheFolder));
  const kept = chunkStore === undefined ? {} : { chunkStore };
  const store = s3Store({
    ...(await standardS3Settings()),
    bucket,
    prefix,
    onAttempt({ retry }) {
      if (retry !== undefined) meter.retry();
    },
  });
  try {
    const disk = await (snapshot === undefined
      ? openWritable(store, { volume, ...kept }, events, meter)
      : openSnapshot(store, { volume, snapshot, ...kept, observer: meter }));
    return filter(disk, {
      close: async () => {
        try {
          await disk.close?.();
        } finally {
          meter.closed();
          await store.close();
        }
      },
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openWritable(
  store: ObjectStore,
  named: { readonly volume: string; readonly chunkStore?: ChunkStore },
  { commitFailed, deposed }: VolumeEvents,
  meter: VolumeMeter,
): Promise<Driver> {
  const url = `${store.name}/${named.volume}`;
  try {
    return await openVolume(store, {
      ...named,
      address: `${hostname()}, process ${process.pid}`,
      observer: {
        ...meter,
        commitFailed(error) {
          meter.commitFailed(error);
          commitFailed(url, error);
        },
        deposed: (reason) => deposed(url, reason),
      },
    });
  } catch (error) {
    if (!(error instanceof VolumeError) || error.code !== 'in-use') throw error;
    const remedy = `end that server, or take it over: nbd volume takeover ${url}`;
    throw new Error(`${error.message}; ${remedy}`, { cause: error });
  }
}
