/** The two halves of the package against each other, with every cut of the stream in either direction. */
import { expect, test } from 'vitest';
import { BufferPool, type ClientSession, type ReplyMode } from '../../src/index.ts';
import { content } from '../client-bytes.ts';
import { expectSameBytes } from '../expectations.ts';
import { ChunkedHost, DISK_BYTES } from './chunked-host.ts';
import { type ClientTranscript, clientTranscript, type Told } from './client-transcript.ts';

/** Shared, so that two thousand conversations need no more memory than one. */
const POOL = new BufferPool();

/** What a client wishes for, one step after the other, each when the one before it is answered. */
function wishesOf(mode: ReplyMode, targets: readonly Uint8Array[]) {
  const [first, second, third] = targets as [Uint8Array, Uint8Array, Uint8Array];
  const steps: ((session: ClientSession) => unknown)[] = [
    (session) => session.list(),
    (session) => session.listContexts('disk', []),
    (session) => session.info('disk'),
  ];
  if (mode === 'structured') steps.push((session) => session.requestStructuredReplies());
  if (mode === 'extended') steps.push((session) => session.requestExtendedHeaders());
  if (mode !== 'simple') {
    steps.push((session) => session.setContexts('disk', ['base:allocation', 'x-test:map']));
  }
  steps.push(
    (session) => session.go('disk'),
    (session) => {
      session.write(content(40), 1000);
      session.read(first, 990);
      session.zero(1000, 30);
      session.read(second, 1000);
      session.flush();
    },
    (session) => session.read(third, DISK_BYTES - third.length),
  );
  if (mode !== 'simple') steps.push((session) => session.blockStatus(0, 4096));
  if (mode === 'extended') steps.push((session) => session.blockStatus(0, 4096, 0, [2]));
  steps.push((session) => session.disconnect());
  return steps;
}

interface Played {
  readonly events: readonly Told[];
  readonly targets: readonly Uint8Array[];
  readonly reason: string | undefined;
  /** Bytes that went to the server, and to the client. */
  readonly toServer: number;
  readonly toClient: number;
}

/** All of it in one string, which is compared faster. */
function spell({ targets, ...rest }: Played): string {
  return JSON.stringify([rest, targets.map((target) => Buffer.from(target).toString('hex'))]);
}

/** Cuts the bytes of one direction at one place of the whole stream. */
class Wire {
  bytes = 0;
  readonly #cutAt: number;

  constructor(cutAt: number) {
    this.#cutAt = cutAt;
  }

  carry(bytes: Uint8Array): Uint8Array[] {
    const cut = this.#cutAt - this.bytes;
    this.bytes += bytes.length;
    if (cut <= 0 || cut >= bytes.length) return bytes.length > 0 ? [bytes] : [];
    return [bytes.subarray(0, cut), bytes.subarray(cut)];
  }
}

/** The conversation with both streams cut at one place; 0: not at all. */
function played(mode: ReplyMode, cutAt: number): Played {
  const host = new ChunkedHost(POOL);
  const client = clientTranscript({ pool: POOL });
  const targets = [new Uint8Array(60), new Uint8Array(40), new Uint8Array(20)];
  const toServer = new Wire(cutAt);
  const toClient = new Wire(cutAt);
  exchange(client, host, toServer, toClient, host.says());
  for (const wish of wishesOf(mode, targets)) {
    wish(client.session);
    exchange(client, host, toServer, toClient, new Uint8Array(0));
  }
  const events = client.events();
  return {
    events,
    targets,
    reason: host.reason,
    toServer: toServer.bytes,
    toClient: toClient.bytes,
  };
}

/** Carries bytes to and fro until neither has any. */
function exchange(
  client: ClientTranscript,
  host: ChunkedHost,
  toServer: Wire,
  toClient: Wire,
  said: Uint8Array,
): void {
  const waiting = toClient.carry(said);
  for (;;) {
    for (const bytes of waiting.splice(0)) client.says(bytes);
    const heard = toServer.carry(client.heard());
    if (heard.length === 0) return;
    for (const bytes of heard) waiting.push(...toClient.carry(host.hears(bytes)));
  }
}

test.each<ReplyMode>(['simple', 'structured', 'extended'])(
  'K-020 a %s conversation of both halves goes the same way, wherever its bytes are cut',
  (mode) => {
    const whole = played(mode, 0);
    const failures = whole.events.filter((event) => event.kind === 'refused');
    expect(failures).toEqual([]);
    expect(whole.events.at(-1)).toEqual({ kind: 'ended', reason: 'disconnected', text: '' });
    expect(whole.reason).toBe('disconnected');
    const answers = whole.events.filter((event) => event.kind === 'answered');
    expect(answers).toHaveLength({ simple: 6, structured: 7, extended: 8 }[mode]);
    expect(answers.map(({ failure }) => failure)).toEqual(answers.map(() => undefined));
    const [first, second, third] = whole.targets as [Uint8Array, Uint8Array, Uint8Array];
    expectSameBytes(first.subarray(10, 50), content(40));
    expectSameBytes(second.subarray(30), content(40).subarray(30));
    expect(second.subarray(0, 30).every((byte) => byte === 0)).toBe(true);
    expect(third.every((byte) => byte === 0)).toBe(true);
    const expected = spell(whole);
    for (let cut = 1; cut < Math.max(whole.toClient, whole.toServer); cut++) {
      expect(spell(played(mode, cut))).toBe(expected);
    }
  },
);
