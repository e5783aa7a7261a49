/**
 * The inbox and the outbox without what is between them: a header in, a reply of 4 KiB out. Run by
 * `pnpm bench --micro`.
 */
import { REQUEST_BYTES, SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { BufferPool } from '../src/memory/buffer-pool.ts';
import { Inbox } from '../src/memory/inbox.ts';
import { Outbox } from '../src/server/outbox.ts';

/** Requests in flight. */
const DEPTH = 64;
const REPLY_BYTES = SIMPLE_REPLY_BYTES + 4096;

/** Not a whole number of headers: one lies across the border of two chunks. */
const CUT = 10 * REQUEST_BYTES + 9;

const pool = new BufferPool();
const inbox = new Inbox(pool);
const outbox = new Outbox(pool);
const batch = new Uint8Array(DEPTH * REQUEST_BYTES);
const head = batch.subarray(0, CUT);
const tail = batch.subarray(CUT);

function readHeaders(chunk: Uint8Array): void {
  inbox.receive(chunk);
  while (inbox.header(REQUEST_BYTES));
  inbox.keepRest();
}

/** Reserves and commits the replies of a batch, and takes them as a transport does. */
function sendReplies(): void {
  for (let i = 0; i < DEPTH; i++) {
    outbox.reserve(REPLY_BYTES, false);
    const { at, slab } = outbox;
    outbox.commit(slab, at, at + REPLY_BYTES);
  }
  for (let segment = outbox.take(); segment !== undefined; segment = outbox.take()) {
    segment.slab?.release();
  }
}

/** What `pnpm bench --micro` reads of a file: `run` does so many operations. */
interface MicroBench {
  readonly name: string;
  readonly operations: number;
  run(): void;
}

export const benches: readonly MicroBench[] = [
  { name: 'inbox, headers in one chunk', operations: DEPTH, run: () => readHeaders(batch) },
  {
    name: 'inbox, headers in two chunks',
    operations: DEPTH,
    run(): void {
      readHeaders(head);
      readHeaders(tail);
    },
  },
  { name: 'outbox, replies of 4 KiB', operations: DEPTH, run: sendReplies },
];
