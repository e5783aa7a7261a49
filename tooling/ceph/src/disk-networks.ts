/**
 * A network of its own for each disk of a cluster: a namespace of the kernel, joined to the others by a bridge. What is
 * cut there is cut silently, as by a broken switch: nobody is told that the other end is gone.
 *
 * Clusters have numbers, so that several can run at once: the bridge of number 3 is `nbdceph3`, its addresses are
 * 10.77.3.0/24, and the network of its disk 1 is `nbdceph3-1`. Whoever has made the bridge has the number.
 */
import { runProgram } from './run-program.ts';

/** Numbers of clusters, each with 256 addresses. */
const CLUSTERS_MAX = 256;

/** Addresses of disks are behind this one. */
const FIRST_DISK_HOST = 10;

export class DiskNetworks {
  /** Of the bridge. Those of the disks begin with it. */
  readonly name: string;
  readonly #prefix: string;

  /** Those of a cluster that has its number. */
  constructor(cluster: number) {
    this.name = nameOf(cluster);
    this.#prefix = `10.77.${cluster}`;
  }

  /** All addresses, such as "10.77.0.0/24". */
  get range(): string {
    return `${this.#prefix}.0/24`;
  }

  /** Where everybody is who is not a disk. */
  get bridgeHost(): string {
    return `${this.#prefix}.1`;
  }

  /** The address of a disk. */
  diskHost(disk: number): string {
    return `${this.#prefix}.${FIRST_DISK_HOST + disk}`;
  }

  /** The arguments of `ip` that run the command behind them in the network of a disk. */
  inNetwork(disk: number): readonly string[] {
    return ['netns', 'exec', this.#namespace(disk)];
  }

  /** Cuts a disk off, or joins it again. */
  async set(disk: number, state: 'down' | 'up'): Promise<void> {
    await ip('-n', this.#namespace(disk), 'link', 'set', 'eth0', state);
  }

  /** Makes those of so many disks. */
  async make(disks: number): Promise<void> {
    await ip('addr', 'add', `${this.bridgeHost}/24`, 'dev', this.name);
    await ip('link', 'set', this.name, 'up');
    for (let disk = 0; disk < disks; disk++) {
      const namespace = this.#namespace(disk);
      await ip('netns', 'add', namespace);
      await ip(
        'link',
        'add',
        namespace,
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'netns',
        namespace,
      );
      await ip('link', 'set', namespace, 'master', this.name, 'up');
      await ip('-n', namespace, 'addr', 'add', `${this.diskHost(disk)}/24`, 'dev', 'eth0');
      await ip('-n', namespace, 'link', 'set', 'lo', 'up');
      await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    }
  }

  /** Removes what there is of them. The number is free then. */
  async remove(): Promise<void> {
    // The end of a namespace comes some time after its removal, so what leads into it is removed first.
    const cables = await ip('-o', 'link', 'show', 'type', 'veth');
    for (const cable of this.#namesIn(cables)) await ip('link', 'del', cable);
    const namespaces = await ip('netns', 'list');
    for (const namespace of this.#namesIn(namespaces)) await ip('netns', 'del', namespace);
    // It is gone after a restart of the machine, which a folder of a cluster may outlive.
    const bridges = await ip('-o', 'link', 'show', 'type', 'bridge');
    if (wordsOf(bridges).includes(this.name)) await ip('link', 'del', this.name);
  }

  /** Those of our disks' networks that are words of `text`. */
  #namesIn(text: string): ReadonlySet<string> {
    return new Set(wordsOf(text).filter((word) => word.startsWith(`${this.name}-`)));
  }

  #namespace(disk: number): string {
    return `${this.name}-${disk}`;
  }
}

/** Takes the lowest number that nobody has, and makes the bridge. Needs root. */
export async function claimClusterNumber(): Promise<number> {
  for (let cluster = 0; cluster < CLUSTERS_MAX; cluster++) {
    try {
      await ip('link', 'add', nameOf(cluster), 'type', 'bridge');
      return cluster;
    } catch (error) {
      if (!/File exists/.test((error as Error).message)) throw error;
    }
  }
  throw new Error(`expected fewer than ${CLUSTERS_MAX} clusters with networks`);
}

/** Of what `ip` prints: names are followed by a colon, or by what they are joined to. */
function wordsOf(text: string): readonly string[] {
  return text.split(/[\s@:]+/);
}

function nameOf(cluster: number): string {
  return `nbdceph${cluster}`;
}

function ip(...args: readonly string[]): Promise<string> {
  return runProgram('ip', args);
}
