/**
 * A real Ceph with an S3 gateway: one monitor, disks, gateways. It runs as root on the loopback device or on networks of
 * its own, without systemd, containers or block devices, and everything of it lies in one folder.
 */
import { randomUUID } from 'node:crypto';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cephConf } from './ceph-conf.ts';
import type { GatewayAccess } from './gateway-access.ts';
import { createBucket } from './create-bucket.ts';
import { killDaemon, killDaemons } from './daemons.ts';
import {
  BRIDGE_HOST,
  DISK_NETWORK,
  diskHost,
  inDiskNetwork,
  makeDiskNetworks,
  removeDiskNetworks,
  setDiskNetwork,
} from './disk-networks.ts';
import { freePorts } from './free-ports.ts';
import { runProgram } from './run-program.ts';
import { waitUntil } from './wait-until.ts';

export interface ClusterOptions {
  /** Made, and removed by `stop`. */
  readonly folder: string;
  /** One in memory is enough for most; three keep what they have when one of them dies. */
  readonly disks: number;
  readonly store: 'bluestore' | 'memstore';
  readonly gateways: number;
  /** Each disk in a network of its own, that can be cut. */
  readonly hasNetworks: boolean;
}

const KEYS = { accessKeyId: 'nbd-test', secretAccessKey: 'nbd-test-secret' };
const BUCKET = 'nbd';
const CONF = 'ceph.conf';
const LOOPBACK = '127.0.0.1';
const FOLDERS = ['run', 'log', 'mon', 'osd', 'rgw'];

/** Starts one, and waits until its gateways answer and the bucket `nbd` is there. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  await mkdir(options.folder);
  const cluster = new Cluster(options);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Ends the one in `folder`, whoever started it. Rejects if there is none. */
export async function stopCluster(options: ClusterOptions): Promise<void> {
  await access(join(options.folder, CONF));
  await new Cluster(options).stop();
}

class Cluster {
  readonly #options: ClusterOptions;
  readonly #conf: string;
  readonly #host: string;
  #endpoints: readonly string[] = [];

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#conf = join(options.folder, CONF);
    this.#host = options.hasNetworks ? BRIDGE_HOST : LOOPBACK;
  }

  get access(): GatewayAccess {
    return { endpoints: this.#endpoints, region: 'us-east-1', bucket: BUCKET, credentials: KEYS };
  }

  /** Ends a disk as a power cut would. */
  killDisk(disk: number): Promise<void> {
    return killDaemon(this.#options.folder, `osd.${disk}`);
  }

  /** Starts a disk that was ended. One in memory has forgotten what it had. */
  async startDisk(disk: number): Promise<void> {
    const host = diskHost(disk);
    const daemon = [...this.#common, '-i', String(disk)];
    if (this.#options.hasNetworks) {
      const addresses = ['--public-addr', host, '--cluster-addr', host];
      await runProgram('ip', [...inDiskNetwork(disk), 'ceph-osd', ...daemon, ...addresses]);
    } else {
      await runProgram('ceph-osd', daemon);
    }
  }

  /** Resolves when all disks have been seen to be there. */
  async untilDisksUp(): Promise<void> {
    const { disks } = this.#options;
    await waitUntil(`${disks} disks`, async () => {
      const state = await this.#ceph('osd', 'stat', '-f', 'json');
      return state.includes(`"num_up_osds":${disks},`);
    });
  }

  /** Cuts a disk off from all others without a word, or joins it again. */
  setDiskNetwork(disk: number, state: 'down' | 'up'): Promise<void> {
    return setDiskNetwork(disk, state);
  }

  /** Ends a gateway as a power cut would. */
  killGateway(gateway: number): Promise<void> {
    return killDaemon(this.#options.folder, `client.rgw.${gateway}`);
  }

  async start(): Promise<void> {
    const { folder, disks, gateways, hasNetworks } = this.#options;
    await Promise.all(FOLDERS.map((name) => mkdir(join(folder, name))));
    if (hasNetworks) await makeDiskNetworks(disks);
    const [monitorPort = 0, ...ports] = await freePorts(1 + gateways);
    await this.#startMonitor(monitorPort);
    const numbers = Array.from({ length: disks }, (_, disk) => disk);
    for (const disk of numbers) await this.#admitDisk(disk);
    await Promise.all(numbers.map((disk) => this.startDisk(disk)));
    await this.untilDisksUp();
    await this.#makeUser();
    await Promise.all(ports.map((port, gateway) => this.#startGateway(gateway, port)));
    this.#endpoints = ports.map((port) => `http://${this.#host}:${port}`);
    await createBucket(this.access);
  }

  /** Ends it and removes what it had. */
  async stop(): Promise<void> {
    await killDaemons(this.#options.folder);
    if (this.#options.hasNetworks) await removeDiskNetworks();
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  async #startMonitor(monitorPort: number): Promise<void> {
    const { folder, disks, store, hasNetworks } = this.#options;
    const id = randomUUID();
    const copies = Math.min(disks, 3);
    const conf = cephConf({
      folder,
      id,
      host: this.#host,
      monitorPort,
      copies,
      copiesMin: copies > 2 ? 2 : 1,
      store,
      network: hasNetworks ? DISK_NETWORK : undefined,
    });
    await writeFile(this.#conf, conf);
    const map = join(folder, 'monmap');
    const address = `[v1:${this.#host}:${monitorPort}]`;
    await runProgram('monmaptool', ['--create', '--fsid', id, '--addv', 'a', address, map]);
    await runProgram('ceph-mon', [...this.#common, '--mkfs', '-i', 'a', '--monmap', map]);
    await runProgram('ceph-mon', [...this.#common, '-i', 'a']);
  }

  /** Gives a disk its number and its place. */
  async #admitDisk(disk: number): Promise<void> {
    const id = randomUUID();
    await mkdir(join(this.#options.folder, 'osd', String(disk)), { recursive: true });
    await this.#ceph('osd', 'new', id, String(disk));
    const args = ['-i', String(disk), '--mkfs', '--osd-uuid', id];
    await runProgram('ceph-osd', [...this.#common, ...args]);
  }

  async #makeUser(): Promise<void> {
    const { accessKeyId, secretAccessKey } = KEYS;
    const keys = [`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`];
    const user = ['--uid=nbd', '--display-name=nbd', ...keys];
    await runProgram('radosgw-admin', ['-c', this.#conf, 'user', 'create', ...user]);
  }

  async #startGateway(gateway: number, port: number): Promise<void> {
    // Without it every answer that has a body waits 40 milliseconds for an acknowledgement of TCP.
    const frontend = `beast endpoint=${this.#host}:${port} tcp_nodelay=1`;
    const name = `client.rgw.${gateway}`;
    await runProgram('radosgw', [...this.#common, '-n', name, '--rgw-frontends', frontend]);
    await waitUntil(`a gateway on port ${port}`, async () => {
      const answer = await fetch(`http://${this.#host}:${port}/`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  get #common(): readonly string[] {
    return ['-c', this.#conf, '--no-mon-config'];
  }

  /** Asks the monitor, which may not be ready a moment after it was started. What is asked may be asked twice. */
  async #ceph(...args: readonly string[]): Promise<string> {
    const ask = (): Promise<string> =>
      runProgram('ceph', ['-c', this.#conf, '--connect-timeout', '20', ...args]);
    let answer = '';
    await waitUntil(`an answer to ceph ${args.join(' ')}`, async () => {
      answer = await ask().catch(() => '');
      return answer !== '';
    });
    return answer;
  }
}

export type { Cluster };
