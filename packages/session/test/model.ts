/**
 * A lawful client against a model of the disk, as commands of fast-check: each says one or several requests in a
 * row, hears the replies in whatever order, and compares them with an array of bytes.
 */
import { Command, CommandFlag, ErrorCode, SIMPLE_REPLY_BYTES } from '@nbd/codec';
import fc from 'fast-check';
import { concat, content, read, requestIn } from './client-bytes.ts';
import { decodeOutput } from './decode-output.ts';
import { expectEqual, expectSameBytes } from './expectations.ts';
import { type ServedConversation, serving } from './served-conversation.ts';
import { greeting } from './server-bytes.ts';

/** What the disk must hold. */
export interface Model {
  disk: Uint8Array;
  cookie: number;
}

export type ClientCommand = fc.AsyncCommand<Model, ServedConversation>;

export const MODEL_BYTES: number = 40_000;

interface Drawn {
  /** Parts of the disk, from 0 to 1. */
  readonly from: number;
  readonly length: number;
}

const place: fc.Arbitrary<Drawn> = fc.record({
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 20_000 })),
});

/** Where a drawn place is, on the disk as it is now. */
function placed({ from, length }: Drawn, { disk }: Model): { offset: number; length: number } {
  const offset = Math.floor(from * disk.length);
  return { offset, length: Math.min(length, disk.length - offset) };
}

/** Says `said` and answers the reply, which must be the only one. */
async function asks(
  { client, replyMode }: ServedConversation,
  model: Model,
  dataBytes: number,
  said: Parameters<typeof requestIn>[1],
): Promise<{ error: number; data: Uint8Array }> {
  const cookie = model.cookie++;
  client.says(requestIn(replyMode, { ...said, cookie }));
  const heard = concat(greeting(), await client.heard());
  const { replies } = decodeOutput(heard, { dataBytes: new Map([[cookie, dataBytes]]) });
  expectEqual(
    replies.map((reply) => reply.cookie),
    [cookie],
  );
  return replies[0] as { error: number; data: Uint8Array };
}

function command(
  name: string,
  run: (model: Model, talk: ServedConversation) => Promise<void>,
): ClientCommand {
  return { check: () => true, run, toString: () => name };
}

const reads = fc.array(place, { minLength: 1, maxLength: 12 }).map((drawn) =>
  command(`READ ${JSON.stringify(drawn)}`, async (model, { client, replyMode }) => {
    const first = model.cookie;
    model.cookie += drawn.length;
    const places = drawn.map((one) => placed(one, model));
    client.says(
      ...places.map(({ offset, length }, i) =>
        requestIn(replyMode, { offset, length, cookie: first + i }),
      ),
    );
    const dataBytes = new Map(places.map(({ length }, i) => [first + i, length]));
    const { replies } = decodeOutput(concat(greeting(), await client.heard()), { dataBytes });
    expectEqual(replies.length, places.length);
    for (const { cookie, error, data } of replies) {
      const { offset, length } = places[cookie - first] ?? { offset: -1, length: 0 };
      expectEqual(error, ErrorCode.OK);
      expectSameBytes(data, model.disk.subarray(offset, offset + length));
    }
  }),
);

const writes = fc.tuple(place, fc.nat({ max: 250 }), fc.boolean()).map(([drawn, tag, fua]) =>
  command(`WRITE ${JSON.stringify(drawn)} ${tag} ${fua}`, async (model, talk) => {
    const { offset, length } = placed(drawn, model);
    const payload = content(length, tag);
    const flags = fua ? CommandFlag.FUA : 0;
    const said = { type: Command.WRITE, offset, payload, flags };
    expectEqual((await asks(talk, model, 0, said)).error, ErrorCode.OK);
    model.disk.set(payload, offset);
  }),
);

/** Several in a row, of which none touches a byte of another, so that any order is right. */
const writesTogether = fc
  .tuple(fc.array(place, { minLength: 2, maxLength: 12 }), fc.nat({ max: 250 }), fc.boolean())
  .map(([drawn, tag, fua]) =>
    command(`WRITEs ${JSON.stringify(drawn)} ${tag} ${fua}`, async (model, talk) => {
      const places = drawn.map((one) => placed(one, model));
      const apart = places.filter(
        (one, i) =>
          !places
            .slice(0, i)
            .some((o) => one.offset < o.offset + o.length && o.offset < one.offset + one.length),
      );
      const first = model.cookie;
      model.cookie += apart.length;
      const said = apart.map(({ offset, length }, i) => ({
        type: Command.WRITE,
        offset,
        payload: content(length, tag + i),
        flags: fua && i % 2 === 0 ? CommandFlag.FUA : 0,
        cookie: first + i,
      }));
      talk.client.says(...said.map((one) => requestIn(talk.replyMode, one)));
      const heard = concat(greeting(), await talk.client.heard());
      const { replies } = decodeOutput(heard, { dataBytes: new Map() });
      expectEqual(
        replies.map(({ error }) => error),
        apart.map(() => ErrorCode.OK),
      );
      expectEqual(
        replies.map(({ cookie }) => cookie).toSorted((a, b) => a - b),
        said.map(({ cookie }) => cookie),
      );
      for (const { payload, offset } of said) model.disk.set(payload, offset);
    }),
  );

const zeroes = fc.tuple(place, fc.nat({ max: 3 })).map(([drawn, flags]) =>
  command(`WRITE_ZEROES ${JSON.stringify(drawn)} ${flags}`, async (model, talk) => {
    const { offset, length } = placed(drawn, model);
    const said = { type: Command.WRITE_ZEROES, flags, offset, length };
    expectEqual((await asks(talk, model, 0, said)).error, ErrorCode.OK);
    model.disk.fill(0, offset, offset + length);
  }),
);

const sayFlush = { type: Command.FLUSH };

const flush = fc.constant(
  command('FLUSH', async (model, talk) => {
    expectEqual((await asks(talk, model, 0, sayFlush)).error, ErrorCode.OK);
  }),
);

/** A READ and a WRITE that reach past the end: the model stays as it is. */
const past = fc.integer({ min: 1, max: 5000 }).map((beyond) =>
  command(`past the end by ${beyond}`, async (model, talk) => {
    const offset = Math.max(0, model.disk.length - 10);
    const length = model.disk.length - offset + beyond;
    const reading = await asks(talk, model, 0, { offset, length });
    expectEqual(reading.error, ErrorCode.EINVAL);
    const payload = content(length);
    const writing = await asks(talk, model, 0, { type: Command.WRITE, offset, payload });
    expectEqual(writing.error, ErrorCode.ENOSPC);
  }),
);

const resize = fc.nat({ max: 2 * MODEL_BYTES }).map((size) =>
  command(`RESIZE ${size}`, async (model, talk) => {
    const said = { type: Command.RESIZE, offset: size };
    expectEqual((await asks(talk, model, 0, said)).error, ErrorCode.OK);
    const disk = new Uint8Array(size);
    disk.set(model.disk.subarray(0, size));
    model.disk = disk;
  }),
);

/** A second connection comes, reads everything, and goes. */
const another = fc.constant(
  command('another client', async (model, talk) => {
    const { driver } = talk;
    if (driver === undefined || model.disk.length === 0) return;
    const other = await serving(driver);
    other.client.says(read(0, model.disk.length));
    const heard = await other.client.heard();
    expectSameBytes(heard.subarray(SIMPLE_REPLY_BYTES), model.disk);
    await other.ends();
  }),
);

/** Any commands of a lawful client; RESIZE if the disk can. */
export function clientCommands(resizable: boolean): fc.Arbitrary<Iterable<ClientCommand>> {
  const all = [reads, writes, writes, writesTogether, zeroes, flush, past, another];
  return fc.commands(resizable ? [...all, resize] : all, { maxCommands: 25 });
}
