/** The volume of a show: its name, the store it is in, and its servers one after the other. */
import { randomUUID } from 'node:crypto';
import { createVolume, type ObjectStore, takeOverVolume } from '@nbd/driver-object-store';
import { s3Store } from '@nbd/object-store-s3';
import type { GatewayAccess } from '../gateway-access.ts';
import { startVolumeServer, type VolumeServer } from '../programs.ts';

export interface ShowVolume {
  /** Of its export. */
  readonly exportName: string;
  /** Starts the next server of it. Rejects while another one has it. */
  serve(): Promise<VolumeServer>;
  /** Takes it from whoever has it, as `nbd volume takeover` does. */
  takeOver(): Promise<void>;
  /** Ends all servers as a crash would. */
  crash(): Promise<void>;
  /** Ends all servers, and lets go of the store. */
  close(): Promise<void>;
}

export interface ShowVolumeOptions {
  readonly access: GatewayAccess;
  /** Bytes. */
  readonly size: number;
  /** Answers each flush at once and does nothing about it. */
  readonly losesFlushes: boolean;
}

const NAME = 'disk';

/** Makes a volume in a place of its own. */
export async function makeShowVolume(options: ShowVolumeOptions): Promise<ShowVolume> {
  const { access, size, losesFlushes } = options;
  const prefix = `shows/${randomUUID()}`;
  const store: ObjectStore = s3Store({ ...access, prefix });
  await createVolume(store, { volume: NAME, size });
  const spec = `s3://${access.bucket}/${prefix}/${NAME}`;
  const servers: VolumeServer[] = [];
  const crash = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.end('SIGKILL')));
  };
  return {
    exportName: NAME,
    async serve() {
      const exports = { [NAME]: losesFlushes ? `${spec} | fault:flush,lose` : spec };
      const server = await startVolumeServer(access, exports);
      servers.push(server);
      return server;
    },
    async takeOver() {
      await takeOverVolume(store, { volume: NAME });
    },
    crash,
    async close() {
      await crash();
      await store.close();
    },
  };
}
