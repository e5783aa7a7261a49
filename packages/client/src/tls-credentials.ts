/** Whom a client trusts and who it is, as options of `node:tls`. */

/** PEM text, or the bytes of it. */
export type Pem = string | Uint8Array;

/** Whom to trust, and who we are: certificates or a pre-shared key. Without any, the authorities of Node, and nobody. */
export interface TlsCredentials {
  /**
   * A folder with `ca-cert.pem` and, where the server asks for a certificate, `client-cert.pem` and
   * `client-key.pem`: the names that qemu, nbdkit and libnbd use. `ca`, `cert` and `key` go before.
   */
  readonly certificates?: string | undefined;
  /** The authorities to trust, in place of those that Node does. */
  readonly ca?: Pem | undefined;
  /** Our own certificate, with `key`. */
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  /** The name that the server's certificate must be for. Default: the host of the URI; `localhost` for Unix sockets. */
  readonly hostname?: string | undefined;
  /** False: any certificate will do, so anybody can pose as the server. Default true. */
  readonly verifyPeer?: boolean | undefined;
  /** A pre-shared key in place of certificates. */
  readonly psk?: PreSharedKey | undefined;
  /**
   * A file of pre-shared keys, lines of `identity:hexadecimal`, such as GnuTLS's psktool writes; an identity may be
   * `#` and its UTF-8 in hexadecimal.
   */
  readonly pskFile?: string | undefined;
  /** Which line of `pskFile`; default: the user of the URI, or else the only one. */
  readonly identity?: string | undefined;
}

/** Their names. */
export const CREDENTIALS: { readonly [Name in keyof Required<TlsCredentials>]: true } = {
  certificates: true,
  ca: true,
  cert: true,
  key: true,
  hostname: true,
  verifyPeer: true,
  psk: true,
  pskFile: true,
  identity: true,
};

export interface PreSharedKey {
  readonly identity: string;
  readonly key: Uint8Array;
}
