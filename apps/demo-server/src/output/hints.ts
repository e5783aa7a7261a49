/**
 * Lines for a person to paste, so that the first try succeeds.
 */
import { basename, dirname } from 'node:path';
import { type Address, formatUri } from '@nbd/server';
import { escapeUnsafe } from './log-escape.ts';
import type { PlannedTls } from '../settings/plan-tls.ts';

/**
 * How to reach `exportName` at `address`, for a shell; ends with a line feed. Without a name: how to see which there are.
 * `tls` is what the server has, for addresses that require it.
 */
export function hints(address: Address, exportName: string | undefined, tls?: PlannedTls): string {
  const secured = address.tls === true ? tls : undefined;
  const lines =
    exportName === undefined
      ? listLines(address, secured)
      : secured === undefined
        ? plainLines(address, exportName)
        : secureLines(address, exportName, secured);
  return `
Try it from another terminal:
${lines.map((line) => `${line}\n`).join('')}Ctrl-C ends the server.

`;
}

function listLines(address: Address, tls: PlannedTls | undefined): readonly string[] {
  const uri = tls === undefined ? formatUri(address, '') : secureUri(address, '', tls);
  return [
    `  nbdinfo --list ${quoteForShell(uri)}`,
    'A name of the list is put behind the port, or behind nbd+unix:///.',
    ...(tls?.preSharedKeys === undefined ? [] : [NAME_OF_KEY]),
  ];
}

const NAME_OF_KEY = 'NAME is one in the file of keys.';

function plainLines(address: Address, exportName: string): readonly string[] {
  const uri = quoteForShell(formatUri(address, exportName));
  const target =
    address.kind === 'tcp'
      ? `${quoteForShell(address.host)} ${address.port}`
      : `-unix ${quoteForShell(address.path)}`;
  const name = exportName === '' ? '' : ` -name ${quoteForShell(exportName)}`;
  return [
    `  nbdinfo ${uri}`,
    `  nbdcopy --progress ${uri} copy.img`,
    `  qemu-img info ${uri}`,
    'As root, as a block device of Linux (modprobe nbd):',
    `  nbd-client ${target} /dev/nbd0${name}`,
    '  nbd-client -d /dev/nbd0',
  ];
}

/** With the server's own files, which those of a client may stand beside. */
function secureLines(address: Address, exportName: string, tls: PlannedTls): readonly string[] {
  const { certificates: folder = '', verifyPeer, preSharedKeys } = tls;
  if (preSharedKeys !== undefined) {
    const folderOfKeys = forQemu(dirname(preSharedKeys));
    const credentials = `tls-creds-psk,id=tls,endpoint=client,username=NAME,dir=${folderOfKeys}`;
    return [
      ...libnbdLines(secureUri(address, exportName, tls)),
      // The only name that it looks for.
      ...(basename(preSharedKeys) === 'keys.psk'
        ? [qemuLine(address, exportName, credentials)]
        : []),
      NAME_OF_KEY,
    ];
  }
  const needs =
    verifyPeer === true ? 'ca-cert.pem, client-cert.pem and client-key.pem' : 'ca-cert.pem';
  return [
    ...libnbdLines(secureUri(address, exportName, tls)),
    qemuLine(address, exportName, `tls-creds-x509,id=tls,endpoint=client,dir=${forQemu(folder)}`),
    `Clients look for ${needs} in the folder.`,
  ];
}

/** With what libnbd needs to be let in. */
function secureUri(
  address: Address,
  exportName: string,
  { certificates = '', preSharedKeys }: PlannedTls,
): string {
  if (preSharedKeys === undefined) {
    return clientUri(address, exportName, 'tls-certificates', certificates);
  }
  const uri = clientUri(address, exportName, 'tls-psk-file', preSharedKeys);
  return uri.replace(/:\/\//, '://NAME@');
}

function clientUri(address: Address, exportName: string, key: string, value: string): string {
  const uri = formatUri(address, exportName);
  const encoded = encodeURIComponent(value).replaceAll('%2F', '/');
  return `${uri}${uri.includes('?') ? '&' : '?'}${key}=${encoded}`;
}

function libnbdLines(uri: string): readonly string[] {
  const word = quoteForShell(uri);
  return [`  nbdinfo ${word}`, `  nbdcopy --progress ${word} copy.img`];
}

function qemuLine(address: Address, exportName: string, credentials: string): string {
  const where =
    address.kind === 'tcp'
      ? `host=${address.host},port=${address.port}`
      : `path=${forQemu(address.path)},tls-hostname=localhost`;
  const image = `driver=nbd,${where},export=${forQemu(exportName)},tls-creds=tls`;
  return `  qemu-img info --object ${quoteForShell(credentials)} --image-opts ${quoteForShell(image)}`;
}

/** In the options of qemu a comma ends a value, and two stand for one. */
function forQemu(value: string): string {
  return value.replaceAll(',', ',,');
}

function quoteForShell(word: string): string {
  const escaped = escapeUnsafe(word.replaceAll(/['\\]/g, String.raw`\$&`));
  // What a terminal would obey is told in a form that Bash has for it.
  if (escapeUnsafe(word) !== word) return `$'${escaped}'`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
