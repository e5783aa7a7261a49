/** The bytes of the golden vectors, as a client hears them. Spec: "Structured replies", "Extended reply chunk message". */
import { AllocationFlag, Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { test } from 'vitest';
import { InFlight } from '../src/server/transmission/in-flight.ts';
import { STRUCTURED_REPLIES } from '../src/server/transmission/structured-replies.ts';
import { text } from './client-bytes.ts';
import { enteredIn, factsOf } from './conversation.ts';
import { expectBytes } from './expectations.ts';

function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
}

const READ_512_AT_4096 = hex('25609513 0000 0000 0102030405060708 0000000000001000 00000200');
const WRITE_ABCD = hex('25609513 0001 0001 0102030405060708 0000000000000200 00000004 61626364');
const EXTENDED_WRITE_ABCD = hex(
  '21e41c71 0020 0001 0102030405060708 0000000000000200 0000000000000004 61626364',
);
const EXTENDED_FILTER = hex(
  '21e41c71 0020 0007 0102030405060708 0000000000000000 000000000000000c 0000000040000000 00000001',
);

/** A compact request with the golden cookie. */
function compact(type: number, offset: number, length: number): Uint8Array {
  const bytes = READ_512_AT_4096.slice();
  const view = new DataView(bytes.buffer);
  view.setUint16(6, type);
  view.setBigUint64(16, BigInt(offset));
  view.setUint32(24, length);
  return bytes;
}

test('C-002 a WRITE and its simple replies', () => {
  const { client, host } = enteredIn({ replyMode: 'simple' });
  client.says(WRITE_ABCD);
  host.finishes(host.isGiven({ payload: text('abcd'), offset: 512, flags: CommandFlag.FUA }));
  client.hears(hex('67446698 00000000 0102030405060708'));
  client.says(WRITE_ABCD);
  host.fails(host.isGiven({ type: Command.WRITE }), ErrorCode.EINVAL);
  client.hears(hex('67446698 00000016 0102030405060708'));
});

test('C-002 C-176 a structured NONE with DONE', () => {
  const { client, host } = enteredIn({ replyMode: 'structured' });
  client.says(WRITE_ABCD);
  host.finishes(host.isGiven({ payload: text('abcd') }));
  client.hears(hex('668e33ef 0001 0000 0102030405060708 00000000'));
});

test('C-002 C-203 structured OFFSET_DATA with DONE', () => {
  const { client, host } = enteredIn({ replyMode: 'structured' });
  client.says(compact(Command.READ, 4096, 4));
  host.finishes(host.isGiven({ type: Command.READ }), text('abcd'));
  client.hears(hex('668e33ef 0001 0001 0102030405060708 0000000c 0000000000001000 61626364'));
});

test('C-002 C-204 a structured OFFSET_HOLE that is not the last', () => {
  const { client, host } = enteredIn({ replyMode: 'structured' });
  client.says(compact(Command.READ, 8192, 8192));
  const request = host.isGiven({ type: Command.READ });
  host.sendsHole(request, 8192, 4096, false);
  host.fails(request, ErrorCode.EIO);
  client.hearsFirst(hex('668e33ef 0000 0002 0102030405060708 0000000c 0000000000002000 00001000'));
});

test('C-002 C-252 structured BLOCK_STATUS with DONE', () => {
  const contexts = ['base:allocation'];
  const { client, host } = enteredIn({ replyMode: 'structured', contexts });
  client.says(compact(Command.BLOCK_STATUS, 0, 12_288));
  const request = host.isGiven({ type: Command.BLOCK_STATUS });
  const hole = AllocationFlag.HOLE | AllocationFlag.ZERO;
  host.sendsStatus(
    request,
    1,
    [
      [4096, 0],
      [8192, hole],
    ],
    true,
  );
  client.hears(
    hex(
      '668e33ef 0001 0005 0102030405060708 00000014 00000001 00001000 00000000 00002000 00000003',
    ),
  );
});

test('C-002 C-207 E-12 structured ERROR and ERROR_OFFSET', () => {
  const request = new InFlight();
  request.cookieHigh = 0x0102_0304;
  request.cookieLow = 0x0506_0708;
  request.error = ErrorCode.EINVAL;
  const form = STRUCTURED_REPLIES;
  const plain = new DataView(new ArrayBuffer(form.measureError('bad', false)));
  form.encodeError(plain, 0, request, 'bad', undefined);
  expectBytes(
    new Uint8Array(plain.buffer),
    hex('668e33ef 0001 8001 0102030405060708 00000009 00000016 0003 626164'),
  );
  request.error = ErrorCode.EIO;
  const placed = new DataView(new ArrayBuffer(form.measureError('bad', true)));
  form.encodeError(placed, 0, request, 'bad', 8192);
  expectBytes(
    new Uint8Array(placed.buffer),
    hex('668e33ef 0001 8002 0102030405060708 00000011 00000005 0003 626164 0000000000002000'),
  );
});

test('C-002 C-175 an extended WRITE, and NONE with DONE', () => {
  const { client, host } = enteredIn({ replyMode: 'extended' });
  client.says(EXTENDED_WRITE_ABCD);
  host.finishes(host.isGiven({ payload: text('abcd'), offset: 512 }));
  client.hears(hex('6e8a278c 0001 0000 0102030405060708 0000000000000200 0000000000000000'));
});

test('C-002 C-256 C-262 an extended BLOCK_STATUS with a filter, and BLOCK_STATUS_EXT with DONE', () => {
  const contexts = ['base:allocation'];
  const facts = factsOf({ size: 2 ** 40 });
  const { client, host } = enteredIn({ replyMode: 'extended', contexts, facts });
  client.says(EXTENDED_FILTER);
  const request = host.isGiven({ type: Command.BLOCK_STATUS, offset: 0, length: 2 ** 30 });
  request.length = 2 ** 33; // the golden reply is to a longer request
  host.sendsStatus(request, 1, [[2 ** 33, 3]], true);
  client.hears(
    hex(
      '6e8a278c 0001 0006 0102030405060708 0000000000000000 0000000000000018' +
        '00000001 00000001 0000000200000000 0000000000000003',
    ),
  );
});
