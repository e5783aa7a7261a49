/** Who is measured, and what those lack that are not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayAccess } from '../gateway-access.ts';
import type { Contender } from './contender.ts';
import { nbdkitS3 } from './nbdkit-s3.ts';
import { ourServer } from './our-server.ts';
import { rawClient } from './raw-client.ts';
import { rbd } from './rbd.ts';
import { s3backer } from './s3backer.ts';

export interface Place {
  /** Of the cluster: its configuration is there. */
  readonly clusterFolder: string;
  /** Where contenders may put things. */
  readonly folder: string;
  /** Bytes: of our volume and of the raw client's objects. */
  readonly chunkBytes: number;
}

export interface Maker {
  readonly make: (access: GatewayAccess) => Contender;
  /** Its requests pass the gateway, so they can be counted. */
  readonly isCounted: boolean;
}

interface Known extends Maker {
  readonly name: Contender['name'];
  /** Files it cannot do without, and the packages of Debian that have them. */
  readonly needs: readonly string[];
  readonly packages: string;
}

/** Those that can run here, and of the others what to install. */
export function findContenders(place: Place): {
  readonly makers: readonly Maker[];
  readonly missing: Readonly<Record<string, string>>;
} {
  const all = known(place);
  return {
    makers: all.filter((each) => !isLacking(each)),
    missing: Object.fromEntries(
      all.filter(isLacking).map(({ name, packages }) => [name, `which needs ${packages}`]),
    ),
  };
}

function isLacking({ needs }: Known): boolean {
  return !needs.every((file) => existsSync(file));
}

const PLUGINS = '/usr/lib/x86_64-linux-gnu';

function known({ clusterFolder, folder, chunkBytes }: Place): readonly Known[] {
  return [
    {
      name: 'ours',
      make: (access) => ourServer(access, chunkBytes),
      isCounted: true,
      needs: [],
      packages: '',
    },
    {
      name: 'raw client',
      make: (access) => rawClient(access, chunkBytes),
      isCounted: false,
      needs: [],
      packages: '',
    },
    {
      name: 's3backer',
      make: (access) => s3backer(access, folder),
      isCounted: true,
      needs: ['/usr/bin/s3backer', '/usr/bin/nbdkit', '/usr/bin/fusermount3', '/dev/fuse'],
      packages: 's3backer, nbdkit, fuse3',
    },
    {
      name: 'nbdkit S3',
      make: (access) => nbdkitS3(access),
      isCounted: true,
      needs: [
        `${PLUGINS}/nbdkit/plugins/nbdkit-S3-plugin`,
        `${PLUGINS}/nbdkit/plugins/nbdkit-python-plugin.so`,
        '/usr/lib/python3/dist-packages/boto3',
      ],
      packages: 'nbdkit, nbdkit-plugin-python, python3-boto3',
    },
    {
      name: 'RBD',
      make: () => rbd(join(clusterFolder, 'ceph.conf')),
      isCounted: false,
      needs: ['/usr/bin/qemu-nbd', `${PLUGINS}/qemu/block-rbd.so`],
      packages: 'qemu-utils, qemu-block-extra',
    },
  ];
}
