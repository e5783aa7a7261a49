/** The configuration of a cluster that is quick to start, small, and reachable from this machine alone. */
import { join } from 'node:path';

export interface CephConf {
  /** Where everything of the cluster lies. */
  readonly folder: string;
  /** Names the cluster: a UUID. */
  readonly id: string;
  /** Of the monitor and of the gateways. */
  readonly host: string;
  readonly monitorPort: number;
  /** Copies of each object, and how many of them must be written before that is answered. */
  readonly copies: number;
  readonly copiesMin: number;
  /** "memstore" forgets all when its daemon ends, "bluestore" is a file. */
  readonly store: 'bluestore' | 'memstore';
  /** Every daemon of a disk has an address of its own in this network, such as "10.77.0.0/24". */
  readonly network: string | undefined;
}

/** What a disk holds at most; as a file it is sparse. */
const DISK_BYTES = 12 * 2 ** 30;

/** The text of `ceph.conf`. */
export function cephConf(conf: CephConf): string {
  const { folder, id, host, monitorPort, copies, copiesMin, store, network } = conf;
  const at = (name: string): string => join(folder, name);
  return Object.entries({
    global: {
      fsid: id,
      'mon initial members': 'a',
      'mon host': `[v1:${host}:${monitorPort}]`,
      'public network': network ?? `${host}/32`,
      'cluster network': network ?? `${host}/32`,
      ...(network === undefined && { 'public addr': host }),
      'ms bind ipv6': false,
      'ms bind msgr2': false,
      'ms bind port min': 16800,
      'ms bind port max': 16999,
      // Nobody but this machine reaches it.
      'auth cluster required': 'none',
      'auth service required': 'none',
      'auth client required': 'none',
      'auth allow insecure global id reclaim': true,
      'run dir': at('run'),
      'admin socket': at('run/$name.asok'),
      'pid file': at('run/$name.pid'),
      'log file': at('log/$name.log'),
      'crash dir': at('log'),
      // Copies lie on several disks of the one host that there is.
      'osd crush chooseleaf type': 0,
      'osd pool default size': copies,
      'osd pool default min size': copiesMin,
      'osd pool default pg num': 8,
      'osd pool default pgp num': 8,
      'osd pool default pg autoscale mode': 'off',
      'mon max pg per osd': 1000,
      'mon allow pool size one': true,
      'mon warn on pool no redundancy': false,
      // A developer's disk may be fuller than a cluster likes.
      'mon data avail warn': 1,
      'mon data avail crit': 1,
      'mon osd full ratio': 0.97,
      'mon osd backfillfull ratio': 0.96,
      'mon osd nearfull ratio': 0.95,
      'mon osd down out interval': 600,
      // A dead disk is noticed in seconds, not in half a minute.
      'osd heartbeat interval': 1,
      'osd heartbeat grace': 4,
      'mon osd min down reporters': 1,
      'mon osd reporter subtree level': 'osd',
      'mon osd adjust heartbeat grace': false,
      'mon osd adjust down out interval': false,
      // Each disk says so often that it is there. One that has not for so long is taken for dead, and one that is taken
      // for dead six times in ten minutes, be it wrongly, ends itself for good.
      'osd beacon report interval': 4,
      'mon osd report timeout': 20,
      'osd max markdown count': 1000,
      'mon tick interval': 1,
      // One monitor has nobody to agree with: changes need not be gathered for a second.
      'paxos propose interval': 0.02,
      'paxos min wait': 0.01,
    },
    'mon.a': { 'mon data': at('mon'), 'mon cluster log file': at('log/cluster.log') },
    osd: {
      'osd data': at('osd/$id'),
      'osd objectstore': store,
      'osd memory target': 939_524_096,
      'osd op num shards': 2,
      'osd op num threads per shard': 1,
      'osd max backfills': 4,
      'bluestore block size': DISK_BYTES,
      'bluestore block create': true,
      'bluestore block db create': false,
      'bluestore block wal create': false,
      // What was formatted a moment ago is not examined.
      'bluestore fsck on mkfs': false,
      'bluestore cache autotune': false,
      'bluestore cache size': 134_217_728,
      'memstore device bytes': DISK_BYTES,
    },
    client: {
      'rgw data': at('rgw'),
      'rgw enable usage log': false,
      'rgw enable quota threads': false,
      'rgw run sync thread': false,
      'rgw dynamic resharding': false,
      'rgw override bucket index max shards': 1,
      'rgw thread pool size': 64,
    },
  })
    .map(([section, settings]) => `[${section}]\n${lines(settings)}`)
    .join('\n');
}

function lines(settings: Readonly<Record<string, boolean | number | string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}
