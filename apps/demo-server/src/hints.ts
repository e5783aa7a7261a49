/**
 * Lines for a person to paste, so that the first try succeeds.
 */
import { type Address, formatUri } from '@nbd/server';

/** How to reach `exportName` at `address`, for a shell; ends with a line feed. */
export function hints(address: Address, exportName: string): string {
  const uri = quoteForShell(formatUri(address, exportName));
  const target =
    address.kind === 'tcp'
      ? `${quoteForShell(address.host)} ${address.port}`
      : `-unix ${quoteForShell(address.path)}`;
  const name = exportName === '' ? '' : ` -name ${quoteForShell(exportName)}`;
  return `
Try it from another terminal:
  nbdinfo ${uri}
  nbdcopy --progress ${uri} copy.img
  qemu-img info ${uri}
As root, as a block device of Linux (modprobe nbd):
  nbd-client ${target} /dev/nbd0${name}
  nbd-client -d /dev/nbd0
Ctrl-C ends the server.

`;
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
