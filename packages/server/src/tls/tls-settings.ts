/**
 * From what a server was told about TLS to what Node must be told: reads, checks, translates.
 * Spec: proto.md, "TLS versions" and "TLS support".
 */
import { constants } from 'node:crypto';
import { createSecureContext, type TlsOptions as NodeOptions } from 'node:tls';
import {
  type CertificatePlaces,
  GIVEN,
  placesIn,
  readCertificates,
  readText,
} from './certificate-folder.ts';
import { checkCertificates } from './check-certificates.ts';
import { pemBlocks } from './pem-blocks.ts';
import { checkKeys, parseKeys } from './pre-shared-keys.ts';
import type { TlsCertificates, TlsOptions } from './tls-options.ts';

/** Ready for use by new connections. */
export type TlsSettings =
  | { readonly kind: 'certificates'; readonly node: NodeOptions; readonly verifyPeer: boolean }
  | {
      readonly kind: 'pre-shared-keys';
      readonly node: NodeOptions;
      readonly keys: ReadonlyMap<string, Uint8Array>;
    };

/** TLS 1.2 is the oldest that is safe (C-092). No session is resumed: after a reload nobody lives on what was true before. */
const ALWAYS: NodeOptions = {
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_TICKET,
};

/** With a key agreement of their own, so that a stolen key opens no recorded connection. Of TLS 1.3, those with the hash that keys without one go by. */
const PRE_SHARED_KEY_CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'DHE-PSK-AES256-GCM-SHA384',
  'DHE-PSK-AES128-GCM-SHA256',
  'DHE-PSK-CHACHA20-POLY1305',
].join(':');

/**
 * Reads what `options` name, as it is now.
 *
 * @throws Error in one line that begins with the path, or the option, of what cannot be used
 */
export async function readTlsSettings(options: TlsOptions): Promise<TlsSettings> {
  const { certificates, preSharedKeys, verifyPeer = false } = options;
  if (typeof preSharedKeys === 'string') {
    return keySettings(parseKeys(await readText(preSharedKeys), preSharedKeys));
  }
  if (preSharedKeys !== undefined)
    return keySettings(checkKeys(preSharedKeys, 'tls.preSharedKeys'));
  if (typeof certificates === 'string') {
    const places = placesIn(certificates);
    return certificateSettings(await readCertificates(places), places, verifyPeer);
  }
  return certificateSettings(certificates as TlsCertificates, GIVEN, verifyPeer);
}

function keySettings(keys: ReadonlyMap<string, Uint8Array>): TlsSettings {
  const node: NodeOptions = { ...ALWAYS, ciphers: PRE_SHARED_KEY_CIPHERS, dhparam: 'auto' };
  return { kind: 'pre-shared-keys', node, keys };
}

function certificateSettings(
  certificates: TlsCertificates,
  places: CertificatePlaces,
  verifyPeer: boolean,
): TlsSettings {
  checkCertificates(certificates, places, { verifyPeer, now: new Date() });
  const { serverCert, serverKey, caCert, caCrl } = certificates;
  const node: NodeOptions = {
    ...ALWAYS,
    cert: serverCert,
    key: serverKey,
    ...(verifyPeer && {
      requestCert: true,
      rejectUnauthorized: true,
      ...(caCert !== undefined && { ca: caCert }),
      // One by one: of several in one text Node would take the first, and let in whom the others revoke.
      ...(caCrl !== undefined && { crl: [...pemBlocks(caCrl, 'X509 CRL')] }),
    }),
  };
  tryOut(node, places);
  return { kind: 'certificates', node, verifyPeer };
}

/** What only OpenSSL can tell: a list of revocations that is none, a key too short for its policy. */
function tryOut(node: NodeOptions, places: CertificatePlaces): void {
  try {
    createSecureContext(node);
  } catch (error) {
    const { message } = error as Error;
    const place = /crl/i.test(message) ? places.caCrl : places.serverCert;
    throw new Error(`${place}: TLS cannot use it: ${message}`, { cause: error });
  }
}
