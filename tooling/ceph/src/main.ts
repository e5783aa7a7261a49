/** `pnpm ceph up` and `pnpm ceph down`: a cluster to try things with. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Access, startCluster, stopCluster } from './cluster.ts';
import { lackOfCeph } from './lack-of-ceph.ts';
import { s3Environment } from './programs.ts';

const HELP = `pnpm ceph up [options]     starts a cluster, and prints what a shell needs to use it
pnpm ceph down [options]   ends it, and removes what it had

  --folder DIR     where it lies (default: nbd-ceph in the folder for temporary files)
  --disks N        1: all is in memory; more: files, with up to 3 copies of each object (default: 1)
  --gateways N     (default: 1)
  --networks       each disk in a network of its own, which can be cut:
                   ip -n nbdceph1 link set eth0 down
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'nbd-ceph') },
    disks: { type: 'string', default: '1' },
    gateways: { type: 'string', default: '1' },
    networks: { type: 'boolean', default: false },
  },
});
const lack = lackOfCeph();
if (lack !== undefined) throw new Error(lack);
const disks = Number(values.disks);
const options = {
  folder: values.folder,
  disks,
  store: disks === 1 ? 'memstore' : 'bluestore',
  gateways: Number(values.gateways),
  hasNetworks: values.networks,
} as const;

switch (positionals[0]) {
  case 'up': {
    const { access } = await startCluster(options);
    const script = shellLines(access);
    await writeFile(join(values.folder, 's3.env'), script);
    process.stdout.write(script);
    break;
  }
  case 'down':
    await stopCluster(options);
    break;
  default:
    process.stderr.write(HELP);
    process.exitCode = 2;
}

function shellLines(access: Access): string {
  return Object.entries({ ...s3Environment(access), BUCKET: access.bucket })
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}
