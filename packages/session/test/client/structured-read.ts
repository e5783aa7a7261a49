/** A READ of a structured session, and its reply. */
import { type ClientTranscript, entered, type Told } from './client-transcript.ts';
import { chunk, lastChunk, type Payload } from './reply-bytes.ts';

/** What a target holds before it is read into. */
export const DIRTY = 0xee;

export function dirty(length: number): Uint8Array {
  return new Uint8Array(length).fill(DIRTY);
}

export interface ReadOutcome {
  readonly server: ClientTranscript;
  readonly target: Uint8Array;
  readonly events: readonly Told[];
}

/** A READ of `length` bytes at 1000 that is answered with these chunks, the last of them with DONE. */
export function readOf(length: number, ...payloads: readonly Payload[]): ReadOutcome {
  const server = entered({ replyMode: 'structured' });
  const target = dirty(length);
  const request = server.session.read(target, 1000);
  const chunks = payloads.map((payload, i) =>
    i === payloads.length - 1 ? lastChunk(request, payload) : chunk(request, payload),
  );
  server.says(...chunks);
  return { server, target, events: server.events() };
}
