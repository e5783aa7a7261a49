/** What a client is told is what a disk would do, however its server orders and cuts the replies. */
import { Command } from '@nbd/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplyMode } from '../../src/index.ts';
import { content } from '../client-bytes.ts';
import { expectEqual, expectSameBytes } from '../expectations.ts';
import { propertyRuns } from '../property-runs.ts';
import { type ClientTranscript, entered, expectTold } from './client-transcript.ts';
import { Dice } from './dice.ts';
import { ModelServer } from './model-server.ts';

const SIZE = 4096;
const CANARY = 0xca;

const wish = fc.record({
  type: fc.constantFrom(
    Command.READ,
    Command.READ,
    Command.WRITE,
    Command.WRITE,
    Command.WRITE_ZEROES,
    Command.FLUSH,
    Command.TRIM,
    Command.BLOCK_STATUS,
  ),
  offset: fc.nat(SIZE - 1),
  length: fc.integer({ min: 1, max: 1500 }),
});
type Wish = { readonly type: Command; readonly offset: number; readonly length: number };

const mode = fc.constantFrom<ReplyMode>('simple', 'structured', 'extended');
const dice = fc.array(fc.nat(), { minLength: 1, maxLength: 60 });

/** What must become of a request. */
interface Expected {
  readonly fails: boolean;
  /** Of a READ: the buffer around its target, and what must be in the target. */
  readonly buffer: Uint8Array | undefined;
  readonly content: Uint8Array | undefined;
}

/** A client and a model of its server, which wish for the same. */
class Scene {
  readonly server: ClientTranscript;
  readonly model: ModelServer;
  readonly expected: Expected[] = [];
  readonly #mode: ReplyMode;
  readonly #disk = new Uint8Array(SIZE);
  readonly #answered: boolean[] = [];

  constructor(replyMode: ReplyMode, random: Dice) {
    const contexts = replyMode === 'simple' ? [] : ['base:allocation'];
    this.#mode = replyMode;
    this.server = entered({ replyMode, size: SIZE, contexts });
    this.server.lands = random.oneIn(2);
    this.model = new ModelServer(replyMode, SIZE, random);
  }

  wishes({ type, offset, length: wished }: Wish): void {
    const length = Math.min(wished, SIZE - offset);
    const { session } = this.server;
    const tag = this.expected.length;
    const fails = ModelServer.fails({ type, offset });
    const end = offset + length;
    let buffer: Uint8Array | undefined;
    let found: Uint8Array | undefined;
    switch (type) {
      case Command.READ:
        buffer = new Uint8Array(length + 20).fill(CANARY);
        found = fails ? new Uint8Array(length) : this.#disk.slice(offset, end);
        session.read(buffer.subarray(10, 10 + length), offset).tag = tag;
        break;
      case Command.WRITE: {
        const payload = content(length, tag);
        if (!fails) this.#disk.set(payload, offset);
        session.write(payload, offset).tag = tag;
        break;
      }
      case Command.WRITE_ZEROES:
        if (!fails) this.#disk.fill(0, offset, end);
        session.zero(offset, length).tag = tag;
        break;
      case Command.TRIM:
        session.trim(offset, length).tag = tag;
        break;
      case Command.BLOCK_STATUS:
        if (this.#mode === 'simple') return;
        session.blockStatus(offset, length).tag = tag;
        break;
      default:
        session.flush().tag = tag;
    }
    this.expected.push({ fails, buffer, content: found });
  }

  /** Judges all events since the last time; answers how many requests the end has failed. */
  judges(): number {
    let lost = 0;
    for (const event of this.server.events()) {
      if (event.kind !== 'answered') continue;
      const tag = event.tag as number;
      expectEqual(this.#answered[tag], undefined);
      this.#answered[tag] = true;
      const { fails, buffer, content: found } = this.expected[tag] as Expected;
      if (buffer !== undefined) expectEqual(isFramed(buffer), true);
      if (event.failure?.kind === 'ended') lost++;
      else {
        expectEqual(event.failure?.kind, fails ? 'refused' : undefined);
        if (buffer !== undefined) expectSameBytes(buffer.subarray(10, -10), found as Uint8Array);
        if (event.type === Command.BLOCK_STATUS && !fails) {
          expectEqual(event.statuses[0]?.extents.length, 1);
        }
      }
    }
    return lost;
  }

  get answered(): number {
    return this.#answered.filter(Boolean).length;
  }
}

/** Whether the ten bytes around a target are as they were. */
function isFramed(buffer: Uint8Array): boolean {
  const frame = [...buffer.subarray(0, 10), ...buffer.subarray(-10)];
  return frame.every((byte) => byte === CANARY);
}

test('K-020 K-025 K-032 each request is answered once, and as a disk would', () => {
  fc.assert(
    fc.property(mode, fc.array(wish, { maxLength: 40 }), dice, (replyMode, wishes, numbers) => {
      const random = new Dice(numbers);
      const scene = new Scene(replyMode, random);
      for (const [i, each] of wishes.entries()) {
        scene.wishes(each);
        const isLast = i === wishes.length - 1;
        if (!isLast && !random.oneIn(4)) continue;
        scene.model.hears(scene.server.heard());
        for (const piece of random.cut(scene.model.says(isLast))) scene.server.says(piece);
        scene.judges();
      }
      expect(scene.answered).toBe(scene.expected.length);
      expect(scene.server.session.inFlight).toBe(0);
      expect(scene.server.session.strayReplies).toBe(0);
      scene.server.closes();
      expectTold(scene.server, { kind: 'ended', reason: 'closed', text: '' });
    }),
    propertyRuns(150),
  );
});

test('K-032 K-035 however a stream is cut off, each request is answered once, and the end comes last', () => {
  fc.assert(
    fc.property(
      mode,
      fc.array(wish, { minLength: 1, maxLength: 20 }),
      dice,
      fc.nat(),
      fc.boolean(),
      (replyMode, wishes, numbers, cutAt, breaks) => {
        const random = new Dice(numbers);
        const scene = new Scene(replyMode, random);
        for (const each of wishes) scene.wishes(each);
        scene.model.hears(scene.server.heard());
        const stream = scene.model.says(true);
        const cut = stream.subarray(0, cutAt % (stream.length + 1));
        for (const piece of random.cut(cut)) scene.server.says(piece);
        if (breaks) scene.server.breaks();
        else scene.server.closes();
        const { session } = scene.server;
        const lost = scene.judges();
        expect(scene.answered).toBe(scene.expected.length);
        expect(session.phase).toBe('ended');
        expect(session.nextEvent()).toBeUndefined();
        expect(lost).toBeLessThanOrEqual(cut.length === stream.length ? 0 : scene.expected.length);
        scene.server.heard();
        expect(scene.server.pool.lentBytes).toBe(0);
      },
    ),
    propertyRuns(150),
  );
});
