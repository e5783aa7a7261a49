/**
 * Exports: disks by name, as clients ask for them.
 *
 * A source is asked once for each export that a connection names, never before the peer has passed
 * TLS where that is required, and each `OpenExport` is closed exactly once, when its connection ends
 * or turns to another name.
 */
import type { Awaitable, Driver } from './driver.ts';

/** Who asks. */
export interface ExportContext {
  /** The other end of the connection in words, for logs and decisions: "127.0.0.1:50312", "unix". */
  readonly peer: string;
  /** What TLS tells of the peer. Absent: the connection is in the clear. */
  readonly tls?: TlsPeer;
}

/** A peer on a connection under TLS. */
export interface TlsPeer {
  /**
   * Who the peer has proven to be: the subject of its verified certificate, such as
   * "CN=alice, O=Example", or the identity of its pre-shared key. Empty: its certificate has no subject.
   * Absent: it was not asked for a proof.
   */
  readonly identity?: string;
  /** SHA-256 of the peer's verified certificate, in hexadecimal with colons. */
  readonly fingerprint?: string;
}

/** An export as clients are shown it in a list. */
export interface ExportListing {
  /** At most 4096 bytes of UTF-8, without NUL. It may be empty. */
  readonly name: string;
  /** One line for people. */
  readonly description?: string;
}

/** A disk opened for one connection. */
export interface OpenExport extends ExportListing {
  readonly driver: Driver;
  /** Ends this connection's use of the disk. */
  close(): Awaitable<void>;
}

/** Where disks come from, by name, for each connection that asks. Names come from clients. */
export interface ExportSource {
  /** What there is; it is drawn as it is sent. Absent: listing is refused by policy. */
  list?(context: ExportContext): Awaitable<Iterable<ExportListing>>;

  /**
   * Opens the export of that name; the empty name asks for the default export. Answers `undefined`
   * for a name that is not there. A `DriverError("EPERM")` refuses by policy, "ESHUTDOWN" says that the server ends; any other error means
   * that the disk cannot be opened, which the client is told and the log explains.
   */
  open(name: string, context: ExportContext): Awaitable<OpenExport | undefined>;

  /**
   * Whether the export of that name is for connections under TLS only. It is asked of names that do not
   * exist, too. Such an export is neither opened nor listed in the clear. Absent: none is.
   */
  requiresTls?(name: string): boolean;

  /** Ends the source: closes what it holds open. Called once, after the last connection has ended. */
  close?(): Awaitable<void>;
}
