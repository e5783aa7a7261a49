/**
 * A volume in a bucket as a disk. Where the bucket is, and who asks, is in the environment, as for other programs of S3.
 */
import { hostname } from 'node:os';
import { type Driver, filter } from '@nbd/driver';
import { type ObjectStore, openSnapshot, openVolume } from '@nbd/driver-object-store';
import { s3Store, standardS3Settings } from '@nbd/object-store-s3';
import type { VolumeUrl } from '@nbd/object-store-s3/volume-url';

/** Opens the volume, or a snapshot of it. Closing the disk lets go of the bucket too. */
export async function openVolumeDisk(
  { bucket, prefix, volume, snapshot }: VolumeUrl,
  notice: (text: string) => void,
): Promise<Driver> {
  const store = s3Store({ ...(await standardS3Settings()), bucket, prefix });
  try {
    const disk = await (snapshot === undefined
      ? openWritable(store, volume, notice)
      : openSnapshot(store, { volume, snapshot }));
    return filter(disk, {
      close: async () => {
        try {
          await disk.close?.();
        } finally {
          await store.close();
        }
      },
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

function openWritable(
  store: ObjectStore,
  volume: string,
  notice: (text: string) => void,
): Promise<Driver> {
  return openVolume(store, {
    volume,
    address: `${hostname()}, process ${process.pid}`,
    observer: {
      commitFailed: ({ message }) => notice(`${store.name}/${volume}: ${message}`),
      deposed: ({ message }) => notice(`${store.name}/${volume}: ${message}`),
    },
  });
}
