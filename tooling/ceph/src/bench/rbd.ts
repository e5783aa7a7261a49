/** A block device of the same cluster, past its gateway: qemu-nbd with librbd. */
import { isListening, ServerProcess } from '@nbd-tooling/server-process';
import { freePorts } from '../free-ports.ts';
import { runProgram } from '../run-program.ts';
import { BENCH_BYTES, type Contender } from './contender.ts';
import { nbdDisk } from './nbd-disk.ts';

const POOL = 'bench';
const IMAGE = 'image';

/** `conf`: of the cluster. */
export function rbd(conf: string): Contender {
  return {
    name: 'RBD',
    setup: 'qemu-nbd, librbd, objects of 4 MiB',
    isDurable: true,
    inOrder: { bytes: 2 ** 20, depth: 4 },
    async create() {
      await runProgram('ceph', ['-c', conf, 'osd', 'pool', 'create', POOL]);
      await runProgram('rbd', ['-c', conf, 'pool', 'init', POOL]);
      const size = `${BENCH_BYTES / 2 ** 20}M`;
      await runProgram('rbd', ['-c', conf, 'create', '--size', size, `${POOL}/${IMAGE}`]);
    },
    async open() {
      const [port = 0] = await freePorts(1);
      const image = `rbd:${POOL}/${IMAGE}:conf=${conf}`;
      const args = ['-t', '-f', 'raw', '-b', '127.0.0.1', '-p', String(port), image];
      const ready = (): Promise<boolean> => isListening({ host: '127.0.0.1', port });
      const server = await ServerProcess.start(['qemu-nbd', ...args], ready);
      return nbdDisk(`nbd://127.0.0.1:${port}`, async () => void (await server.end()));
    },
  };
}
