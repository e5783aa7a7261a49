/** The server is killed while files are written, and comes back: the kernel waits for it, and nothing is lost. */
import { compareWithHost, DEVICE, detach, MOUNT_POINT } from '../attachment.ts';
import { HOLD_NBD } from '../guest-image.ts';
import { EXPORT, type GuestRun } from '../guest-run.ts';
import { PYTHON } from '../python.ts';
import {
  beginWriting,
  countWritten,
  endOfWriting,
  FILES,
  mountNew,
  readWritten,
  untilGuest,
} from './durable-files.ts';

const FILES_BEFORE_KILL = 4;
const HOLDER_LOG = '/tmp/holder.log';

/** All steps of it. Rejects at the first that fails. */
export async function runRestart(run: GuestRun, connections: number): Promise<void> {
  const holder = `${PYTHON} ${HOLD_NBD} ${run.address('unix')} ${EXPORT} ${DEVICE} ${connections}`;
  await run.step('attach, to be attached again', async () => {
    await run.guest('dmesg -c > /dev/null');
    await run.guest(`${holder} > ${HOLDER_LOG} 2>&1 & echo $! > /tmp/holder.pid`);
    await untilGuest(run, `grep -q attached ${HOLDER_LOG}`, HOLDER_LOG);
    return `${connections} connections`;
  });
  await run.step('make ext4, mount', () => mountNew(run));
  await run.step('kill -9 while files are written', async () => {
    await beginWriting(run, FILES_BEFORE_KILL);
    await run.killServer();
    await untilGuest(run, `grep -q lost ${HOLDER_LOG}`, HOLDER_LOG);
    const written = await countWritten(run);
    if (written >= FILES) throw new Error('the server was killed too late: all was written');
    return `after ${written} of ${FILES} files`;
  });
  await run.step('start the server again', async () => {
    await run.restartServer();
    await untilGuest(run, `[ $(grep -c again ${HOLDER_LOG}) -ge ${connections} ]`, HOLDER_LOG);
    const written = await endOfWriting(run);
    const errors = await run.guest("dmesg | grep -c 'I/O error' || true");
    if (written === FILES && errors === '0') return `all ${FILES} are written, no I/O error`;
    throw new Error(`${written} files, ${errors} I/O errors:\n${await run.guest('dmesg')}`);
  });
  await run.step('unmount, check', async () => {
    await run.guest(`umount ${MOUNT_POINT} && /sbin/e2fsck -f -n ${DEVICE}`);
    return 'clean';
  });
  await run.step('mount again, read', () => readWritten(run));
  await run.step('compare with our client', () => compareWithHost(run));
  await run.step('detach', async () => {
    await run.guest('kill $(cat /tmp/holder.pid)');
    return await detach(run, connections);
  });
}
