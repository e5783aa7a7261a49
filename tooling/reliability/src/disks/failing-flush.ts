/**
 * A device that fails when it is flushed. The system tells of lost data once, and has then forgotten it, while its cache still
 * shows the data: a server that believes the next flush calls safe what is lost.
 */
import {
  type DiskTrial,
  outcomeOf,
  PAGE_BYTES,
  readPage,
  type TrialBench,
  writePage,
} from './disk-trial.ts';
import type { FailingDisk } from './failing-disk.ts';
import { withDisk } from './failing-requests.ts';

const BAD = 300;
const GOOD = 10;

export const failingFlush: DiskTrial = {
  name: 'flush-device',
  about: 'a device that loses writes, and says so when it is flushed',
  needs: ['mounts', 'fuse', 'loop', 'nbdfuse', 'losetup'],
  run: (bench) => withDisk(bench, 'device', loseAndFlush),
};

async function loseAndFlush(bench: TrialBench, disk: FailingDisk): Promise<string> {
  const server = await bench.serve(disk.path);
  const client = await bench.connect(server);
  const other = await bench.connect(server);
  bench.expectCode(await writePage(client, 2, GOOD), 'done', 'a write');
  bench.expectCode(await outcomeOf(client.flush()), 'done', 'its flush');

  const touching = { offset: BAD * PAGE_BYTES, length: PAGE_BYTES };
  await disk.fail({ on: ['write', 'zero'], touching, fail: 'EIO' });
  bench.expectCode(await writePage(client, 3, BAD), 'done', 'a write into the cache');
  const first = await Promise.all([client, other].map((one) => outcomeOf(one.flush())));
  for (const code of first) bench.expectCode(code, 'EIO', 'a flush when the data is lost');
  await disk.heal();

  // The disk is well; what it has lost is lost all the same.
  let lies = 0;
  for (const one of [client, other, client]) {
    const code = await outcomeOf(one.flush());
    if (code === 'done') lies += 1;
    bench.expectCode(code, 'EIO', 'a later flush, of what may be lost');
  }
  const fua = await writePage(other, 4, GOOD, { fua: true });
  bench.expectCode(fua, 'EIO', 'a later write with FUA');
  bench.expectCode(String(await readPage(client, GOOD)), '4', 'what is read meanwhile');
  const really = await readPage(disk.medium, BAD);
  bench.expectCode(String(really), '1', 'the medium, as a check of the trial itself');

  const again = await bench.restart(server, disk.path);
  bench.expectCode(await writePage(again, 5, BAD), 'done', 'the write again, after a restart');
  bench.expectCode(await outcomeOf(again.flush()), 'done', 'its flush');
  bench.expectCode(String(await readPage(disk.medium, BAD)), '5', 'the medium');
  return `1 write lost; of 5 flushes after it, ${lies} said that all is safe`;
}
