/**
 * Sockets that read into one buffer of the server, instead of one that Node allocates for each read.
 * That halves the cost of a request, and an idle connection owns no memory.
 *
 * It works because Node reads into the buffer and calls back at once, and because the session borrows
 * what it is given only until the callback returns. `onread` is documented for sockets that one
 * creates, not for those that a server does. So they are created here, of the handles that it
 * accepts, which are not documented: where they are not what we know, its own sockets are used as they are.
 */
import { type Server, Socket } from 'node:net';
import { Intake, type Taker } from '@nbd/session';
import { type SocketHandle, takeHandles } from './socket-handle.ts';

/** The size of the shared buffer, bytes: as much as one system call may bring. */
export const READ_BUFFER_BYTES: number = 256 * 1024;

/** A socket that reads to where its intake says. It comes reading, and must be attended to before the next turn of the loop. */
export class SharedReadsSocket extends Socket {
  readonly #intake: Intake;
  #goesOn: () => boolean = () => true;

  constructor(handle: SocketHandle, buffer: Uint8Array) {
    const intake = new Intake(buffer);
    const options = {
      handle,
      allowHalfOpen: true,
      onread: {
        buffer: () => intake.next(),
        callback: (bytes: number) => {
          intake.take(bytes);
          return this.#goesOn();
        },
      },
    };
    super(options);
    this.#intake = intake;
  }

  /** What is read goes to `taker`; `goesOn` is asked after each read whether to read on, or to stop until `resume`. */
  attend(taker: Taker, goesOn: () => boolean): void {
    this.#intake.taker = taker;
    this.#goesOn = goesOn;
  }
}

/**
 * From now on `accepted` is given the clients of `server`, which listens, as such sockets, and the server neither tells of
 * them nor counts them. False: this Node does not allow it.
 */
export function acceptWithSharedReads(
  server: Server,
  buffer: Uint8Array,
  accepted: (socket: SharedReadsSocket) => void,
): boolean {
  return takeHandles(server, (handle) => accepted(new SharedReadsSocket(handle, buffer)));
}
