/**
 * What a server can be told about TLS, and whether it makes sense.
 * Spec: proto.md, "TLS support".
 */
import type { TlsMode } from '@nbd/session';
import { checkOptionNames } from '../check-option-names.ts';

/** How the server proves itself, and whom it lets in: by certificates or by pre-shared keys. */
export interface TlsOptions {
  /**
   * For addresses that say `nbd:`. "require": nothing but TLS is served; "on": clients choose; "off":
   * these addresses have none. Addresses that say `nbds:` require it, whatever stands here. Default "require".
   */
  readonly mode?: TlsMode;
  /**
   * A folder with `server-cert.pem`, `server-key.pem`, `ca-cert.pem` and `ca-crl.pem`, as QEMU and nbdkit
   * have it, or the texts of such files. The latter two are looked at only to verify clients.
   */
  readonly certificates?: string | TlsCertificates;
  /**
   * True: a client must have a certificate of the authority in `ca-cert.pem`, or its TLS handshake
   * fails (C-096). Default false: whoever can connect is let in.
   */
  readonly verifyPeer?: boolean;
  /** In place of certificates: the path of a file of lines `NAME:KEY`, the key in hexadecimal, as of `psktool`. */
  readonly preSharedKeys?: string | ReadonlyMap<string, Uint8Array>;
}

/** Texts in PEM. */
export interface TlsCertificates {
  /** The server's certificate, and behind it those between it and the authority that clients know. */
  readonly serverCert: string;
  /** Its private key, without a passphrase. */
  readonly serverKey: string;
  /** The authority of clients. Needed to verify them, and otherwise passed over. */
  readonly caCert?: string;
  /** What that authority has revoked. */
  readonly caCrl?: string;
}

const MODES: readonly TlsMode[] = ['off', 'on', 'require'];

const OPTIONS: { readonly [Name in keyof Required<TlsOptions>]: true } = {
  mode: true,
  certificates: true,
  verifyPeer: true,
  preSharedKeys: true,
};

const CERTIFICATES: { readonly [Name in keyof Required<TlsCertificates>]: true } = {
  serverCert: true,
  serverKey: true,
  caCert: true,
  caCrl: true,
};

/**
 * The mode of addresses that say `nbd:`.
 *
 * @throws TypeError for options that there are not, contradict each other or leave out what is needed
 */
export function checkTlsOptions(options: TlsOptions): TlsMode {
  checkOptionNames(options, OPTIONS, 'tls: ');
  const { mode = 'require', certificates, verifyPeer = false, preSharedKeys } = options;
  if (typeof certificates === 'object') {
    checkOptionNames(certificates, CERTIFICATES, 'tls.certificates: ');
  }
  if (!MODES.includes(mode)) {
    throw new TypeError(`tls.mode must be one of ${MODES.join(', ')}, not ${JSON.stringify(mode)}`);
  }
  if ((certificates === undefined) === (preSharedKeys === undefined)) {
    const found = certificates === undefined ? 'neither' : 'both';
    throw new TypeError(`tls: expected either certificates or preSharedKeys, found ${found}`);
  }
  if (verifyPeer && preSharedKeys !== undefined) {
    throw new TypeError(
      'tls.verifyPeer is for certificates: whoever has a pre-shared key has proven it',
    );
  }
  return mode;
}
