/**
 * The server's end of TLS: takes a connection that has said all it has to say in the clear, and
 * answers it under TLS.
 * Spec: proto.md, "NBD_OPT_STARTTLS".
 *
 * Node tells how a handshake went to a `tls.Server`, and not of which socket it was. So each
 * handshake has a `tls.Server` for itself while it lasts; they are lent from a pool, for one costs a
 * millisecond to make. None of them listens.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { TlsPeer } from '@nbd/driver';
import { writeSingly } from '../socket-handle.ts';
import { checkTlsOptions, type TlsOptions } from './tls-options.ts';
import { Deadline } from '../deadline.ts';
import { readTlsSettings, type TlsSettings } from './tls-settings.ts';
import { TIMER_MILLIS_MAX } from '../whole-number.ts';

const NOBODYS_KEY = randomBytes(32);
const NO_SUCH_NAME = 'the TLS handshake failed: there is no key of the name that the client gave';

/** A connection under TLS, and what is known of its peer. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly peer: TlsPeer;
}

export class TlsTerminator {
  #options: TlsOptions;
  #settings: TlsSettings;
  /** What a handshake may take, milliseconds; 0 is for ever. */
  readonly #timeout: number;
  /** Of the settings now in force, without a handshake. */
  #idle: TlsServer[] = [];
  /** Settled when the last reload is done, whatever came of it. */
  #reloaded: Promise<unknown> = Promise.resolve();
  /** Names that clients have claimed; proven once their handshake is done. */
  readonly #names = new WeakMap<object, string>();
  /** Those who have claimed a name without a key, for the log. */
  readonly #strangers = new WeakSet<object>();

  private constructor(options: TlsOptions, settings: TlsSettings, timeout: number) {
    this.#timeout = timeout;
    this.#options = options;
    this.#settings = settings;
  }

  /** Reads what `options` name; a handshake may take `timeout` milliseconds, or for ever if that is 0. Rejects with a `TypeError` or an `Error` in one line. */
  static async open(options: TlsOptions, timeout: number): Promise<TlsTerminator> {
    checkTlsOptions(options);
    return new TlsTerminator(options, await readTlsSettings(options), timeout);
  }

  /**
   * Reads everything anew, from now on by `options`, for the handshakes to come. Rejects as `open`
   * does, and then all stays as it was. Reloads that overlap are done in the order of their calls:
   * what was asked for last is what holds.
   */
  async reload(options?: TlsOptions): Promise<void> {
    if (options !== undefined) checkTlsOptions(options);
    const reloading = this.#reloaded.then(() => this.#reload(options));
    this.#reloaded = reloading.catch(() => undefined);
    await reloading;
  }

  async #reload(options = this.#options): Promise<void> {
    this.#settings = await readTlsSettings(options);
    this.#options = options;
    this.#idle = [];
  }

  /**
   * Shakes hands with the client at the other end of `plain`, which is paused and has nothing left to
   * send; what it has read and not told is taken for TLS (C-093). Rejects when the handshake fails;
   * `plain` is then to be destroyed, if it is not yet. Destroying it makes the handshake fail.
   */
  async terminate(plain: Socket): Promise<Secured> {
    // An end inside of the handshake is the end of the connection (C-095).
    plain.allowHalfOpen = false;
    const settings = this.#settings;
    const idle = this.#idle;
    const server = idle.pop() ?? this.#makeServer(settings);
    const deadline = new Deadline(this.#timeout, () => plain.destroy());
    try {
      const socket = await shakeHands(server, plain, this.#strangers);
      socket.allowHalfOpen = true;
      socket.disableRenegotiation();
      writeSingly(socket);
      return { socket, peer: this.#peerOf(socket, settings) };
    } catch (error) {
      throw deadline.hasPassed ? new Error('the TLS handshake took too long') : error;
    } finally {
      deadline.stop();
      server.removeAllListeners('secureConnection').removeAllListeners('tlsClientError');
      idle.push(server);
    }
  }

  #makeServer(settings: TlsSettings): TlsServer {
    // Node's own deadline begins anew with each byte, so it is no deadline.
    const options = { ...settings.node, handshakeTimeout: TIMER_MILLIS_MAX };
    if (settings.kind === 'certificates') return createServer(options);
    const { keys } = settings;
    return createServer({
      ...options,
      pskCallback: (socket, name) => {
        const key = keys.get(name);
        // Who has a name that is not here fails as who has a wrong key does, so that names cannot be tried out.
        if (key === undefined) {
          this.#strangers.add(socket);
          return NOBODYS_KEY;
        }
        this.#names.set(socket, name);
        return key;
      },
    });
  }

  #peerOf(socket: TLSSocket, settings: TlsSettings): TlsPeer {
    if (settings.kind === 'pre-shared-keys') {
      const identity = this.#names.get(socket);
      if (identity === undefined) throw new Error('expected a pre-shared key, found none in use');
      return { identity };
    }
    if (!settings.verifyPeer) return {};
    const certificate = socket.getPeerX509Certificate();
    if (!socket.authorized || certificate === undefined) {
      throw new Error('expected a verified certificate of the client, found none');
    }
    return {
      identity: nameOf(certificate.subject),
      fingerprint: certificate.fingerprint256,
    };
  }
}

function shakeHands(
  server: TlsServer,
  plain: Socket,
  strangers: WeakSet<object>,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    server.once('secureConnection', resolve);
    server.once('tlsClientError', (error, socket) => {
      reject(strangers.has(socket) ? new Error(NO_SUCH_NAME) : explain(error, socket));
    });
    server.emit('connection', plain);
  });
}

/**
 * In one line, and without the address of a thread that OpenSSL begins its messages with; so without
 * a cause, whose message a log would tell, too.
 */
function explain(error: Error & { readonly reason?: string }, socket: TLSSocket): Error {
  // A code of OpenSSL, whatever its declared type.
  const refusal: unknown = socket.authorizationError;
  if (typeof refusal === 'string') {
    return new Error(`the certificate of the client is refused: ${refusal}`);
  }
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === 'ECONNRESET' ? 'the client closed' : (error.reason ?? error.message);
  return new Error(`the TLS handshake failed: ${reason}`);
}

/**
 * Node has a line for each part, the most general first; RFC 4514 has them the other way round. Of a
 * certificate without a subject it has none, whatever its declared type, and the name is empty.
 */
function nameOf(subject: string | undefined = ''): string {
  return subject.split('\n').toReversed().join(', ');
}
