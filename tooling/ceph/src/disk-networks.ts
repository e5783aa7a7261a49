/**
 * A network of its own for each disk: a namespace of the kernel, joined to the others by a bridge. What is cut there is
 * cut silently, as by a broken switch: nobody is told that the other end is gone.
 */
import { runProgram } from './run-program.ts';

const BRIDGE = 'nbdceph';

/** Where everybody else is. */
export const BRIDGE_HOST = '10.77.0.1';
export const DISK_NETWORK = '10.77.0.0/24';

/** The address of a disk. */
export function diskHost(disk: number): string {
  return `10.77.0.${10 + disk}`;
}

/** The arguments of `ip` that run the command behind them in the network of a disk. */
export function inDiskNetwork(disk: number): readonly string[] {
  return ['netns', 'exec', namespaceOf(disk)];
}

/** Makes the networks. Needs root. */
export async function makeDiskNetworks(disks: number): Promise<void> {
  await ip('link', 'add', BRIDGE, 'type', 'bridge');
  await ip('addr', 'add', `${BRIDGE_HOST}/24`, 'dev', BRIDGE);
  await ip('link', 'set', BRIDGE, 'up');
  for (let disk = 0; disk < disks; disk++) {
    const namespace = namespaceOf(disk);
    const cable = `${BRIDGE}${disk}`;
    await ip('netns', 'add', namespace);
    await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    await ip('link', 'set', cable, 'master', BRIDGE, 'up');
    await ip('-n', namespace, 'addr', 'add', `${diskHost(disk)}/24`, 'dev', 'eth0');
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  }
}

/** Cuts a disk off, or joins it again. */
export async function setDiskNetwork(disk: number, state: 'down' | 'up'): Promise<void> {
  await ip('-n', namespaceOf(disk), 'link', 'set', 'eth0', state);
}

/** Removes what there is of the networks. */
export async function removeDiskNetworks(): Promise<void> {
  const namespaces = (await ip('netns', 'list')).matchAll(/^nbdceph\d+/gm);
  for (const [namespace] of namespaces) await ip('netns', 'del', namespace);
  const links = await ip('-o', 'link', 'show', 'type', 'bridge');
  if (links.includes(` ${BRIDGE}:`)) await ip('link', 'del', BRIDGE);
}

function namespaceOf(disk: number): string {
  return `${BRIDGE}${disk}`;
}

function ip(...args: readonly string[]): Promise<string> {
  return runProgram('ip', args);
}
