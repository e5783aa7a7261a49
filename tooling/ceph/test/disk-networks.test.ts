import { expect, it, onTestFinished } from 'vitest';
import { claimClusterNumber, DiskNetworks } from '../src/disk-networks.ts';
import { needGateway } from '../src/need-gateway.ts';
import { runProgram } from '../src/run-program.ts';

// Who cannot start a cluster cannot make networks either.
needGateway();

async function makeNetworks(): Promise<DiskNetworks> {
  const networks = new DiskNetworks(await claimClusterNumber());
  onTestFinished(() => networks.remove());
  await networks.make(1);
  return networks;
}

/** Whether what is in the network of disk 0 reaches the bridge in a second. */
function isJoined(networks: DiskNetworks): Promise<boolean> {
  const { bridgeHost } = networks;
  // Nobody listens there: a refusal is an answer, silence is none.
  const knock = `exec 3<>/dev/tcp/${bridgeHost}/1`;
  const words = [...networks.inNetwork(0), 'timeout', '1', 'bash', '-c', knock];
  return runProgram('ip', words).then(
    () => true,
    (error: Error) => /refused/i.test(error.message),
  );
}

it('clusters have networks of their own, which are cut and joined one by one', async () => {
  const [one, other] = [await makeNetworks(), await makeNetworks()];
  expect(one.range).not.toBe(other.range);
  await one.set(0, 'down');
  expect(await Promise.all([isJoined(one), isJoined(other)])).toEqual([false, true]);
  await one.set(0, 'up');
  expect(await isJoined(one)).toBe(true);
});

it('networks that are gone already can be removed, so that a folder that has outlived them can', async () => {
  // No cluster gets that number.
  await expect(new DiskNetworks(999).remove()).resolves.toBeUndefined();
});
