/**
 * A host of a `ServerSession` that carries out all at once, and answers in chunks where they were agreed on: halves
 * of a READ from behind, zeroes as holes. For coupling it with a `ClientSession`.
 */
import { Command } from '@nbd/codec';
import {
  type BufferPool,
  type InFlight,
  type ServerEvent,
  ServerSession,
} from '../../src/index.ts';
import { concat } from '../client-bytes.ts';
import { factsOf } from '../conversation.ts';

export const DISK_BYTES = 4096;

const POISON = 0xdb;
const FACTS = factsOf({ name: 'disk', description: 'of a test', size: DISK_BYTES });

export class ChunkedHost {
  readonly session: ServerSession;
  readonly disk: Uint8Array = new Uint8Array(DISK_BYTES);

  /** Why the session is over. */
  reason: string | undefined;

  constructor(pool: BufferPool) {
    this.session = new ServerSession({ pool });
  }

  /** Takes a chunk, which is then overwritten, and answers what there is to send. */
  hears(chunk: Uint8Array): Uint8Array {
    const copy = chunk.slice();
    this.session.receive(copy);
    const answer = this.says();
    copy.fill(POISON);
    return answer;
  }

  /** The loop of `ServerSession`; answers what there is to send. */
  says(): Uint8Array {
    const { session } = this;
    const parts: Uint8Array[] = [];
    let event = session.nextEvent();
    while (event !== undefined || session.readyBytes > 0) {
      if (event !== undefined) this.#actOn(event);
      for (let next = session.nextSegment(); next !== undefined; next = session.nextSegment()) {
        parts.push(next.bytes.slice());
        next.slab?.release();
      }
      event = session.nextEvent();
    }
    session.keepRest();
    return concat(...parts);
  }

  #actOn(event: ServerEvent): void {
    switch (event.kind) {
      case 'list':
        return this.session.grantList([
          { name: 'disk', description: 'of a test' },
          { name: 'other', description: '' },
        ]);
      case 'contexts':
        return this.session.grantContexts([{ name: 'base:allocation' }, { name: 'x-test:map' }]);
      case 'open':
        return this.session.grantExport(FACTS);
      case 'request':
        return this.#carryOut(event);
      case 'ended':
        this.reason = event.reason;
        return;
      case 'secure':
        throw new Error('expected no TLS, found STARTTLS granted');
    }
  }

  #carryOut(request: InFlight): void {
    const { type, offset, length } = request;
    const end = offset + length;
    if (type === Command.READ) return this.#read(request);
    if (type === Command.BLOCK_STATUS) return this.#report(request);
    if (type === Command.WRITE) this.disk.set(request.payload, offset);
    if (type === Command.WRITE_ZEROES) this.disk.fill(0, offset, end);
    this.session.finish(request);
  }

  #read(request: InFlight): void {
    const { chunks } = this.session;
    const { offset, length } = request;
    const middle = offset + (length >> 1);
    if (chunks === undefined || length < 2) {
      this.session.reserveData(request).set(this.disk.subarray(offset, offset + length));
      this.session.finish(request);
      return;
    }
    this.#send(request, middle, offset + length, false);
    this.#send(request, offset, middle, true);
  }

  /** Sends a part of a READ. */
  #send(request: InFlight, start: number, end: number, last: boolean): void {
    const { chunks } = this.session;
    const content = this.disk.subarray(start, end);
    if (content.every((byte) => byte === 0)) {
      chunks?.sendHole(request, start, end - start, last);
      return;
    }
    const piece = chunks?.reservePiece(request, start, end - start, false);
    piece?.target.set(content);
    if (piece !== undefined) chunks?.sendPiece(piece, last);
  }

  #report(request: InFlight): void {
    const { chunks } = this.session;
    for (const [i, { id }] of request.contexts.entries()) {
      const status = chunks?.beginStatus(request, id);
      status?.add(request.length >> 1, id);
      status?.add(request.length, 0);
      if (status !== undefined) chunks?.sendStatus(status, i === request.contexts.length - 1);
    }
  }
}
