/**
 * A real Ceph with an S3 gateway: one monitor, disks, gateways. It runs as root on the loopback device or on networks of
 * its own, without systemd, containers or block devices, and everything of it lies in one folder.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cephConf } from './ceph-conf.ts';
import type { GatewayAccess } from './gateway-access.ts';
import { createBucket } from './create-bucket.ts';
import { confOf, killDaemon, killDaemons } from './daemons.ts';
import { claimClusterNumber, DiskNetworks } from './disk-networks.ts';
import { freePorts } from './free-ports.ts';
import { OperatorError } from './operator-error.ts';
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
/** Has the number of a cluster with networks, for whoever ends it. */
const NUMBER = 'number';
const LOOPBACK = '127.0.0.1';
const FOLDERS = ['run', 'log', 'mon', 'osd', 'rgw'];

/**
 * Starts one, and waits until its gateways answer and the bucket `nbd` is there. When `signal` is aborted before, what was
 * started is ended, and its reason is thrown. Rejects with an `OperatorError` if the folder is there already.
 */
export async function startCluster(
  options: ClusterOptions,
  signal?: AbortSignal,
): Promise<Cluster> {
  await mkdir(options.folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new OperatorError(`${options.folder} is there already; pnpm ceph down removes a cluster`);
  });
  const cluster = new Cluster(options.folder, signal);
  try {
    await cluster.start(options);
    return cluster;
  } catch (error) {
    await cluster.stop();
    // A program that was interrupted with us, before it was one of its own, is no news.
    signal?.throwIfAborted();
    throw error;
  }
}

/** Ends the one in `folder`, whoever started it. Rejects with an `OperatorError` if there is none. */
export async function stopCluster({ folder }: Pick<ClusterOptions, 'folder'>): Promise<void> {
  // What is no cluster's is not removed.
  await stat(confOf(folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new OperatorError(`there is no cluster in ${folder}`);
  });
  await new Cluster(folder).stop();
}

class Cluster {
  readonly #folder: string;
  readonly #conf: string;
  readonly #signal: AbortSignal | undefined;
  #disks = 0;
  #networks: DiskNetworks | undefined;
  #endpoints: readonly string[] = [];

  constructor(folder: string, signal?: AbortSignal) {
    this.#folder = folder;
    this.#conf = confOf(folder);
    this.#signal = signal;
  }

  get access(): GatewayAccess {
    return { endpoints: this.#endpoints, region: 'us-east-1', bucket: BUCKET, credentials: KEYS };
  }

  /** Ends a disk as a power cut would. */
  killDisk(disk: number): Promise<void> {
    return killDaemon(this.#folder, `osd.${disk}`);
  }

  /** Starts a disk that was ended. One in memory has forgotten what it had. */
  async startDisk(disk: number): Promise<void> {
    const daemon = [...this.#common, '-i', String(disk)];
    if (this.#networks === undefined) {
      await runProgram('ceph-osd', daemon);
    } else {
      const host = this.#networks.diskHost(disk);
      const addresses = ['--public-addr', host, '--cluster-addr', host];
      const network = this.#networks.inNetwork(disk);
      await runProgram('ip', [...network, 'ceph-osd', ...daemon, ...addresses]);
    }
  }

  /** Resolves when so many disks are there as far as the monitor knows. */
  async untilDisksUp(disks: number = this.#disks, signal?: AbortSignal): Promise<void> {
    await waitUntil(
      `${disks} of ${this.#disks} disks of the cluster up`,
      async () => {
        const state = await this.#ceph('osd', 'stat', '-f', 'json');
        return state.includes(`"num_up_osds":${disks},`);
      },
      { signal: signal ?? this.#signal },
    );
  }

  /** Cuts a disk off from all others without a word, or joins it again. */
  async setDiskNetwork(disk: number, state: 'down' | 'up'): Promise<void> {
    if (this.#networks === undefined) throw new Error('expected a cluster with networks');
    await this.#networks.set(disk, state);
  }

  /** Ends a gateway as a power cut would. */
  killGateway(gateway: number): Promise<void> {
    return killDaemon(this.#folder, `client.rgw.${gateway}`);
  }

  async start(options: ClusterOptions): Promise<void> {
    const { disks, gateways, hasNetworks } = options;
    this.#disks = disks;
    await Promise.all(FOLDERS.map((name) => mkdir(join(this.#folder, name))));
    if (hasNetworks) await this.#makeNetworks();
    const [monitorPort = 0, ...ports] = await freePorts(1 + gateways);
    const host = this.#networks?.bridgeHost ?? LOOPBACK;
    await this.#writeConf(options, host, monitorPort);
    this.#signal?.throwIfAborted();
    const ids = Array.from({ length: disks }, () => randomUUID());
    // A disk is formatted without the help of anybody, and that takes longest.
    await allOf([...ids.map((id, disk) => this.#formatDisk(disk, id)), this.#startMonitor(ids)]);
    this.#signal?.throwIfAborted();
    await allOf(ids.map((_, disk) => this.startDisk(disk)));
    await this.untilDisksUp();
    await this.#makeUser();
    this.#signal?.throwIfAborted();
    await allOf(ports.map((port, gateway) => this.#startGateway(gateway, host, port)));
    this.#endpoints = ports.map((port) => `http://${host}:${port}`);
    await createBucket(this.access);
    this.#signal?.throwIfAborted();
  }

  /** Ends it and removes what it had. */
  async stop(): Promise<void> {
    await killDaemons(this.#folder);
    const networks = this.#networks ?? (await networksOf(this.#folder));
    await networks?.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeNetworks(): Promise<void> {
    const number = await claimClusterNumber();
    this.#networks = new DiskNetworks(number);
    await writeFile(join(this.#folder, NUMBER), String(number));
    await this.#networks.make(this.#disks);
  }

  async #writeConf(options: ClusterOptions, host: string, monitorPort: number): Promise<void> {
    const { folder, disks, store } = options;
    const id = randomUUID();
    const copies = Math.min(disks, 3);
    const copiesMin = copies > 2 ? 2 : 1;
    const network = this.#networks?.range;
    const conf = { folder, id, host, monitorPort, copies, copiesMin, store, network };
    await writeFile(this.#conf, cephConf(conf));
    const address = `[v1:${host}:${monitorPort}]`;
    const words = ['--create', '--fsid', id, '--addv', 'a', address, this.#monitorMap];
    await runProgram('monmaptool', words);
  }

  /** Starts it, and tells it of the disks that there will be. */
  async #startMonitor(diskIds: readonly string[]): Promise<void> {
    const monitor = [...this.#common, '-i', 'a'];
    await runProgram('ceph-mon', [...monitor, '--mkfs', '--monmap', this.#monitorMap]);
    await runProgram('ceph-mon', monitor);
    for (const [disk, id] of diskIds.entries()) await this.#ceph('osd', 'new', id, String(disk));
  }

  async #formatDisk(disk: number, id: string): Promise<void> {
    await mkdir(join(this.#folder, 'osd', String(disk)), { recursive: true });
    const args = ['-i', String(disk), '--mkfs', '--osd-uuid', id, '--monmap', this.#monitorMap];
    await runProgram('ceph-osd', [...this.#common, ...args]);
  }

  async #makeUser(): Promise<void> {
    const { accessKeyId, secretAccessKey } = KEYS;
    const keys = [`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`];
    const user = ['--uid=nbd', '--display-name=nbd', ...keys];
    await runProgram('radosgw-admin', ['-c', this.#conf, 'user', 'create', ...user]);
  }

  async #startGateway(gateway: number, host: string, port: number): Promise<void> {
    // Without it every answer that has a body waits 40 milliseconds for an acknowledgement of TCP.
    const frontend = `beast endpoint=${host}:${port} tcp_nodelay=1`;
    const name = `client.rgw.${gateway}`;
    await runProgram('radosgw', [...this.#common, '-n', name, '--rgw-frontends', frontend]);
    await waitUntil(
      `a gateway on port ${port}`,
      async () => {
        const answer = await fetch(`http://${host}:${port}/`).catch(() => undefined);
        return answer?.ok === true;
      },
      { signal: this.#signal },
    );
  }

  get #common(): readonly string[] {
    return ['-c', this.#conf, '--no-mon-config'];
  }

  get #monitorMap(): string {
    return join(this.#folder, 'monmap');
  }

  /** Asks the monitor, which may not be ready a moment after it was started. What is asked may be asked twice. */
  async #ceph(...args: readonly string[]): Promise<string> {
    const ask = (): Promise<string> =>
      runProgram('ceph', ['-c', this.#conf, '--connect-timeout', '20', ...args]);
    let answer = '';
    const hasAnswered = async (): Promise<boolean> => {
      answer = await ask().catch(() => '');
      return answer !== '';
    };
    await waitUntil(`an answer to ceph ${args.join(' ')}`, hasAnswered, { signal: this.#signal });
    return answer;
  }
}

/** When this is over none of them is under way any more, so what they have started can be ended. */
async function allOf(tasks: readonly Promise<void>[]): Promise<void> {
  for (const task of await Promise.allSettled(tasks)) {
    if (task.status === 'rejected') throw task.reason;
  }
}

/** Those of a cluster that somebody else has started, if it has any. */
async function networksOf(folder: string): Promise<DiskNetworks | undefined> {
  const number = await readFile(join(folder, NUMBER), 'utf8').catch(() => undefined);
  return number === undefined ? undefined : new DiskNetworks(Number(number));
}

export type { Cluster };
