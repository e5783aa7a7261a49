/** S3, S4, S5: every request is answered once, there is always progress, and no bytes can make it throw. */
import { Command, ErrorCode, Option } from '@nbd/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplyMode } from '../src/index.ts';
import { AutomaticHost } from './automatic-host.ts';
import {
  agreement,
  clientFlags,
  concat,
  content,
  exportNameOption,
  go,
  infoOption,
  option,
  optionHead,
  read,
  requestIn,
  text,
} from './client-bytes.ts';
import { decodeOutput } from './decode-output.ts';
import { propertyRuns } from './property-runs.ts';

const LIMITS = {
  inFlightMax: 5,
  inFlightBytesMax: 4000,
  optionBytesMax: 3000,
  optionDrainBytesMax: 9000,
  payloadDrainBytesMax: 9000,
};

interface Asked {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  type: fc.constantFrom(0, 0, 1, 1, 3, 4, 5, 6, 7, 99),
  offset: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.constant(0)),
  length: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 })),
});

function bytesOf(
  { type, offset, length }: Asked,
  cookie: number,
  replyMode: ReplyMode,
): Uint8Array {
  if (type === Command.FLUSH) return requestIn(replyMode, { type, cookie });
  const payload = content(type === Command.WRITE ? length : 0, cookie);
  return requestIn(replyMode, { type, offset, length, cookie, payload });
}

function contextsIn(replyMode: ReplyMode): string[] {
  return replyMode === 'simple' ? [] : ['base:allocation', 'x-test:map'];
}

const MODES = ['simple', 'structured', 'extended'] as const satisfies readonly ReplyMode[];

test.each(MODES)(
  'S3 S4 C-171 C-172 C-174 C-175 with %s replies each request is answered exactly once under its own cookie, whenever and in whatever order',
  (replyMode) => {
    fc.assert(
      fc.property(
        fc.array(asked, { minLength: 1, maxLength: 80 }),
        fc.infiniteStream(fc.nat({ max: 99 })),
        (requests, choices) => {
          const choice = () => choices.next().value;
          const host = new AutomaticHost({
            limits: LIMITS,
            answersAtOnce: () => choice() % 3 === 0,
            lands: choice() % 2 === 0,
          });
          host.receives(
            concat(
              clientFlags(3),
              agreement(replyMode, 'disk', ...contextsIn(replyMode)),
              go('disk'),
            ),
          );
          const script = concat(...requests.map((one, i) => bytesOf(one, i, replyMode)));
          for (let at = 0; at < script.length; ) {
            if (host.session.wantsBytes && choice() % 4 > 0) {
              const end = at + 1 + choice() * 30;
              host.receives(script.subarray(at, end));
              at = end;
            } else {
              host.answers(choice());
            }
          }
          while (host.lent.length > 0) host.answers(choice());
          const { replies } = decodeOutput(host.output, host);
          const cookies = replies.map(({ cookie }) => cookie).toSorted((a, b) => a - b);
          expect(cookies).toEqual(requests.map((_, i) => i));
          expect(host.session.inFlight).toBe(0);
          expect(host.pool.lentBytes).toBe(0);
        },
      ),
      propertyRuns(150),
    );
  },
);

/** A message, or something like one. */
const message: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(fc.nat({ max: 12 }), fc.uint8Array({ maxLength: 40 }))
    .map(([n, data]) => option(n, data)),
  fc
    .tuple(fc.nat({ max: 12 }), fc.nat({ max: 10_000 }))
    .map(([n, length]) => optionHead(n, length)),
  fc
    .tuple(fc.constantFrom(Option.INFO, Option.GO), fc.string(), fc.array(fc.nat({ max: 5 })))
    .map(([n, name, infos]) => infoOption(n, name.replaceAll('\0', ''), ...infos)),
  fc.constantFrom(exportNameOption('disk'), option(Option.LIST), option(Option.EXPORT_NAME)),
);

const requestLike: fc.Arbitrary<Asked | Uint8Array> = fc.oneof(
  { weight: 9, arbitrary: asked },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
);

interface Play {
  readonly flags: number;
  readonly replyMode: ReplyMode;
  readonly options: readonly Uint8Array[];
  readonly requests: readonly (Asked | Uint8Array)[];
  readonly cuts: readonly number[];
}

const play: fc.Arbitrary<Play> = fc.record({
  flags: fc.constantFrom(3, 3, 3, 1, 0, 2, 4),
  replyMode: fc.constantFrom(...MODES),
  options: fc.array(message, { maxLength: 8 }),
  requests: fc.array(requestLike, { maxLength: 20 }),
  cuts: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 }),
});

test('S5 S4 S6 whatever a peer says throws nothing, what we say always decodes, and no memory is left', () => {
  fc.assert(
    fc.property(play, ({ flags, replyMode, options, requests, cuts }) => {
      let kept = 0;
      const host = new AutomaticHost({ limits: LIMITS, answersAtOnce: () => kept++ % 2 === 0 });
      const script = concat(
        clientFlags(flags),
        agreement(replyMode, '', ...contextsIn(replyMode)),
        ...options,
        go(),
        ...requests.map((one, i) => (one instanceof Uint8Array ? one : bytesOf(one, i, replyMode))),
      );
      let turn = 0;
      for (let at = 0; at < script.length; turn++) {
        const end = at + (cuts[turn % cuts.length] ?? 1);
        host.receives(script.subarray(at, end));
        while (!host.session.wantsBytes && host.lent.length > 0) host.answers(turn);
        at = end;
      }
      host.session.receiveEnd();
      host.turn();
      host.answersAll();
      expect(host.session.phase).toBe('ended');
      expect(host.events.filter((event) => event.startsWith('ended'))).toHaveLength(1);
      decodeOutput(host.output, { ...hintsOf(host), zeroes: (flags & 2) === 0 });
      expect(host.pool.lentBytes).toBe(0);
    }),
    propertyRuns(400),
  );
});

function hintsOf({ dataBytes, exportNameAnswerAt }: AutomaticHost) {
  return { dataBytes, exportNameAnswerAt };
}

test('S5 a stream of noise in either phase throws nothing and ends', () => {
  const starts = [
    new Uint8Array(0),
    clientFlags(3),
    concat(clientFlags(3), go()),
    concat(clientFlags(1), option(Option.EXPORT_NAME, text('disk'))),
    concat(clientFlags(3), agreement('structured', '', 'base:allocation'), go()),
    concat(clientFlags(3), agreement('extended', '', 'base:allocation'), go()),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.uint8Array({ minLength: 28, maxLength: 400 }),
      (start, noise) => {
        const host = new AutomaticHost({ limits: LIMITS });
        host.receives(concat(start, noise));
        host.session.receiveEnd();
        host.turn();
        expect(host.session.phase).toBe('ended');
        expect(host.pool.lentBytes).toBe(0);
      },
    ),
    propertyRuns(200),
  );
});

test('S3 a request that is answered with an error is answered once too', () => {
  const host = new AutomaticHost({ answersAtOnce: () => false });
  host.receives(concat(clientFlags(3), go(), read(0, 10, 1), read(0, 10, 2)));
  const [first, second] = host.lent;
  if (first === undefined || second === undefined) throw new Error('expected two requests');
  host.session.reserveData(second);
  host.session.fail(second, ErrorCode.EIO);
  host.session.fail(first, ErrorCode.ENOMEM);
  host.turn();
  const { replies } = decodeOutput(host.output, host);
  expect(replies.map(({ cookie, error }) => [cookie, error])).toEqual([
    [2, ErrorCode.EIO],
    [1, ErrorCode.ENOMEM],
  ]);
  expect(host.pool.lentBytes).toBe(0);
});
