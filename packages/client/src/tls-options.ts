/**
 * Credentials as options of `node:tls`: TLS 1.2 at least, and the server is verified unless the caller
 * has said otherwise (K-011).
 */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { NbdError, nbdErrorFrom } from './nbd-error.ts';
import type { Pem, PreSharedKey, TlsCredentials } from './tls-credentials.ts';

/**
 * Reads the files that `credentials` name. `host` is whom the certificate must be for where they do not say.
 *
 * @throws NbdError for a file that cannot be read, or a folder without any; TypeError for credentials that do not go together
 */
export async function tlsOptions(
  credentials: TlsCredentials,
  host: string,
): Promise<ConnectionOptions> {
  const hostname = credentials.hostname ?? host;
  const base: ConnectionOptions = {
    minVersion: 'TLSv1.2',
    host: hostname,
    // An address is verified, but is no name to be asked for.
    servername: isIP(hostname) === 0 ? hostname : '',
    rejectUnauthorized: credentials.verifyPeer ?? true,
  };
  const psk = await preSharedKey(credentials);
  return psk === undefined
    ? { ...base, ...(await certificates(credentials)) }
    : { ...base, ...pskOptions(psk) };
}

/** An identity as GnuTLS writes one with a colon, say: in hexadecimal. What else begins with "#" is a comment. */
const HEX_IDENTITY = /^#((?:[0-9a-f]{2})+)$/i;
const COMMENT = /^#(?!(?:[0-9a-f]{2})+:)/i;

/**
 * The key of `identity` in the text of a file of keys; without `identity`, the only one there is.
 *
 * @throws TypeError if there is none, several, or one that is not hexadecimal
 */
export function findPreSharedKey(text: string, identity: string | undefined): PreSharedKey {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const keys = lines
    .filter((line) => line !== '' && !COMMENT.test(line))
    .map((line) => {
      // An identity may contain colons; a key cannot.
      const colon = line.lastIndexOf(':');
      return {
        identity: identityOf(line.slice(0, Math.max(colon, 0))),
        hex: line.slice(colon + 1),
      };
    });
  const fitting = identity === undefined ? keys : keys.filter((key) => key.identity === identity);
  const [found] = fitting;
  const whose = identity === undefined ? '' : ` of ${JSON.stringify(identity)}`;
  if (found === undefined) throw new TypeError(`expected a line IDENTITY:KEY${whose}, found none`);
  if (fitting.length > 1) {
    throw new TypeError(`expected one key${whose}, found ${fitting.length}: name an identity`);
  }
  if (!/^(?:[0-9a-f]{2})+$/i.test(found.hex) || found.identity === '') {
    throw new TypeError(`expected a line IDENTITY:KEY${whose} with a key in hexadecimal`);
  }
  return { identity: found.identity, key: Buffer.from(found.hex, 'hex') };
}

/** Empty if it is no UTF-8. */
function identityOf(written: string): string {
  const hex = HEX_IDENTITY.exec(written)?.[1];
  if (hex === undefined) return written;
  const bytes = Buffer.from(hex, 'hex');
  return isUtf8(bytes) ? bytes.toString() : '';
}

async function preSharedKey(credentials: TlsCredentials): Promise<PreSharedKey | undefined> {
  const { psk, pskFile } = credentials;
  if (psk !== undefined || pskFile === undefined) return psk;
  return findPreSharedKey((await read(pskFile)).toString('utf8'), credentials.identity);
}

/** Both sides prove that they have the key, so a server without a certificate is as good as a verified one. */
function pskOptions({ identity, key }: PreSharedKey): ConnectionOptions {
  return {
    ciphers: 'PSK',
    pskCallback: () => ({ identity, psk: key }),
    checkServerIdentity: (name, certificate) =>
      Object.keys(certificate).length === 0 ? undefined : checkServerIdentity(name, certificate),
  };
}

async function certificates(credentials: TlsCredentials): Promise<ConnectionOptions> {
  const folder = credentials.certificates;
  const ca = credentials.ca ?? (await readIn(folder, 'ca-cert.pem'));
  const cert = credentials.cert ?? (await readIn(folder, 'client-cert.pem'));
  const key = credentials.key ?? (await readIn(folder, 'client-key.pem'));
  if (folder !== undefined && (ca ?? cert ?? key) === undefined) {
    // With a folder that is misspelt, we would trust whom the caller did not mean to.
    throw new NbdError('ENOENT', `cannot read credentials: ${folder} has none of the files`);
  }
  if ((cert === undefined) !== (key === undefined)) {
    const [there, lacking] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    throw new TypeError(`expected cert and key, found ${there} without ${lacking}`);
  }
  return {
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    ...(cert === undefined || key === undefined ? {} : { cert: pem(cert), key: pem(key) }),
  };
}

/** Undefined when the folder has no such file: each of them may be left out. */
async function readIn(folder: string | undefined, name: string): Promise<Uint8Array | undefined> {
  if (folder === undefined) return undefined;
  try {
    return await read(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw nbdErrorFrom(error, 'cannot read credentials');
  }
}

function pem(value: Pem): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value);
}
