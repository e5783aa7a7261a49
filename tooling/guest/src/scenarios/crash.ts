/**
 * The server is killed while files are written, and nobody waits for it: the device fails. What was durable is
 * there when the device is attached again. This is what becomes of `-persist` with the nbd-client of Debian 12.
 */
import { attach, compareWithHost, DEVICE, detach, MOUNT_POINT } from '../attachment.ts';
import { EXPORT, type GuestRun } from '../guest-run.ts';
import {
  beginWriting,
  endOfWriting,
  FILES,
  mountNew,
  readWritten,
  untilGuest,
} from './durable-files.ts';

const FILES_BEFORE_KILL = 4;
const CLIENT_LOG = '/tmp/client.log';

/** All steps of it. Rejects at the first that fails. */
export async function runCrash(run: GuestRun): Promise<void> {
  const client = `nbd-client ${run.address('unix')} ${DEVICE} -N ${EXPORT} -nonetlink -nofork -persist`;
  await run.step('attach with -persist', async () => {
    await run.guest(`${client} > ${CLIENT_LOG} 2>&1 &`);
    await untilGuest(run, `nbd-client -c ${DEVICE} > /dev/null`, CLIENT_LOG);
    return '';
  });
  await run.step('make ext4, mount', () => mountNew(run));
  await run.step('kill -9 while files are written', async () => {
    await beginWriting(run, FILES_BEFORE_KILL);
    await run.killServer();
    const written = await endOfWriting(run);
    if (written >= FILES) throw new Error('the server was killed too late: all was written');
    return `${written} of ${FILES} files are durable, the others have failed`;
  });
  await run.step('nbd-client gives up', async () => {
    await run.attempt(`umount ${MOUNT_POINT}`);
    await untilGuest(run, `! nbd-client -c ${DEVICE} > /dev/null`, CLIENT_LOG);
    return /Kernel call returned.*/.exec(await run.guest(`cat ${CLIENT_LOG}`))?.[0] ?? '';
  });
  await run.step('start the server again, attach', async () => {
    await run.restartServer();
    return await attach(run, { transport: 'unix', connections: 1, blockSize: 512 });
  });
  await run.step('replay the journal, check', async () => {
    // 1: what was found is mended.
    const { exitCode, output } = await run.attempt(`/sbin/e2fsck -p ${DEVICE}`);
    if (exitCode > 1) throw new Error(`e2fsck: exit code ${exitCode}\n${output}`);
    await run.guest(`/sbin/e2fsck -f -n ${DEVICE}`);
    return 'clean';
  });
  await run.step('mount, read', () => readWritten(run));
  await run.step('compare with our client', () => compareWithHost(run));
  await run.step('detach', () => detach(run, 1));
}
