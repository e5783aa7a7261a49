import { Option, OptionReply } from '@nbd/codec';
import { expect, test } from 'vitest';
import { concat, content, contextsOption, option, optionHead, text } from '../client-bytes.ts';
import { ack, exportInfo, info, listed, metaContext, optionReply } from '../server-bytes.ts';
import { clientTranscript, entered, greeted, expectSent, expectTold } from './client-transcript.ts';

test('K-004 one option is asked for at a time', () => {
  const server = greeted();
  server.session.list();
  expect(server.session.isAsking).toBe(true);
  expect(() => server.session.list()).toThrow('another option is unanswered');
  expect(() => server.session.go('disk')).toThrow('another option is unanswered');
  expectSent(server, option(Option.LIST));
  server.says(listed(Option.LIST, 'disk'));
  expect(() => server.session.list()).toThrow('another option is unanswered');
  server.says(ack(Option.LIST));
  expectTold(server, { kind: 'listed', exports: [{ name: 'disk', description: '' }] });
  server.session.list();
  expectSent(server, option(Option.LIST));
});

test('K-004 no option can be asked for before the greeting, nor after the handshake', () => {
  expect(() => clientTranscript().session.list()).toThrow('this is greeting');
  expect(() => entered().session.list()).toThrow('this is entered');
});

test('K-005 a reply without its magic ends the session', () => {
  const server = greeted();
  server.session.list();
  server.says(content(20));
  expect(server.ended()).toBe('bad-magic');
});

test('K-005 a reply to another option ends the session', () => {
  const server = greeted();
  server.session.list();
  server.says(ack(Option.INFO));
  expect(server.ended()).toBe('bad-option-reply');
});

test('K-005 a reply to nothing ends the session', () => {
  const server = greeted();
  server.says(ack(Option.LIST));
  expect(server.ended()).toBe('bad-option-reply');
});

test('K-005 an ACK with data ends the session', () => {
  const server = greeted();
  server.session.list();
  server.says(optionReply(Option.LIST, OptionReply.ACK, content(1)));
  expect(server.ended()).toBe('bad-option-reply');
});

test.each([OptionReply.INFO, OptionReply.META_CONTEXT, 5, 0x7fff_ffff])(
  'K-005 a reply of type %i to LIST ends the session',
  (type) => {
    const server = greeted();
    server.session.list();
    server.says(optionReply(Option.LIST, type, content(12)));
    expect(server.ended()).toBe('bad-option-reply');
  },
);

test('K-006 an entry that cannot be so long ends the session before its data is here', () => {
  const server = greeted();
  server.session.list();
  server.heard();
  server.says(concat(optionReply(Option.LIST, OptionReply.SERVER).subarray(0, 16), u32(2 ** 31)));
  expect(server.ended()).toBe('option-reply-too-long');
  expect(server.pool.lentBytes).toBe(0);
});

function u32(value: number): Uint8Array {
  return optionHead(0, value).subarray(12);
}

test('K-006 E-36 the data of an error is read past, also if it is too long for a text', () => {
  for (const length of [0, 4096, 4097, 70_000, 5_000_000]) {
    const server = greeted();
    server.session.list();
    const words = new Uint8Array(length).fill(0x61);
    server.says(optionReply(Option.LIST, OptionReply.ERR_POLICY, words));
    expectTold(server, {
      kind: 'refused',
      option: Option.LIST,
      type: OptionReply.ERR_POLICY,
      text: length <= 4096 ? 'a'.repeat(length) : '',
    });
    server.session.list();
    server.says(ack(Option.LIST));
    expectTold(server, { kind: 'listed', exports: [] });
  }
});

test('K-006 an error too long for a text takes no memory while it goes by', () => {
  const server = greeted();
  server.session.list();
  server.heard();
  server.says(
    optionReply(Option.LIST, OptionReply.ERR_POLICY, new Uint8Array(500_000)).subarray(0, 400_000),
  );
  expect(server.pool.lentBytes).toBe(0);
  expect(server.session.isAsking).toBe(true);
});

test('K-006 an error with more than 32 MiB of data ends the session', () => {
  const server = greeted();
  server.session.list();
  const head = optionReply(Option.LIST, OptionReply.ERR_POLICY).subarray(0, 16);
  server.says(concat(head, u32(2 ** 25 + 1)));
  expect(server.ended()).toBe('option-reply-too-long');
});

test('K-006 endless replies end the session', () => {
  const server = greeted({ limits: { optionRepliesBytesMax: 1000 } });
  server.session.list();
  let entries = 0;
  while (server.session.phase !== 'ended' && entries < 1000) {
    server.says(listed(Option.LIST, 'disk'));
    entries++;
  }
  expect(server.ended()).toBe('too-many-option-replies');
  expect(entries).toBe(Math.ceil(1001 / 28));
});

test('K-006 the limit is for one option, not for all of them', () => {
  const server = greeted({ limits: { optionRepliesBytesMax: 100 } });
  for (let i = 0; i < 5; i++) {
    server.session.list();
    server.says(listed(Option.LIST, 'disk'), listed(Option.LIST, 'd'), ack(Option.LIST));
    expect(server.events()).toHaveLength(1);
  }
});

test('the text of an error is one line that a terminal can be trusted with', () => {
  const server = greeted();
  server.session.go('disk');
  server.says(
    optionReply(Option.GO, OptionReply.ERR_UNKNOWN, text('no\u001b[31m such\nexport\u202e\r\n')),
  );
  expectTold(server, {
    kind: 'refused',
    option: Option.GO,
    type: OptionReply.ERR_UNKNOWN,
    text: 'no [31m such export',
  });
});

test('the text of an error that is no text is empty', () => {
  const server = greeted();
  server.session.go('disk');
  server.says(optionReply(Option.GO, OptionReply.ERR_UNKNOWN, Uint8Array.of(0xff, 0xfe)));
  expectTold(server, {
    kind: 'refused',
    option: Option.GO,
    type: OptionReply.ERR_UNKNOWN,
    text: '',
  });
});

test('K-007 a SERVER entry with a name longer than its data ends the session', () => {
  const server = greeted();
  server.session.list();
  server.says(optionReply(Option.LIST, OptionReply.SERVER, concat(u32(5), text('disk'))));
  expect(server.ended()).toBe('bad-length');
});

test('K-007 a context without a name ends the session', () => {
  const server = greeted();
  server.session.listContexts('disk', []);
  server.says(optionReply(Option.LIST_META_CONTEXT, OptionReply.META_CONTEXT, u32(1)));
  expect(server.ended()).toBe('bad-length');
});

test.each([
  ['without a type', Uint8Array.of(0)],
  ['EXPORT of 11 bytes', new Uint8Array(11)],
  ['EXPORT of 13 bytes', new Uint8Array(13)],
  ['BLOCK_SIZE of 13 bytes', concat(Uint8Array.of(0, 3), new Uint8Array(11))],
])('K-007 an info %s ends the session', (_name, data) => {
  const server = greeted();
  server.session.info('disk');
  server.says(optionReply(Option.INFO, OptionReply.INFO, data));
  expect(server.ended()).toBe('bad-length');
});

test('K-008 E-46 infos come in any order, and those that are unknown are ignored', () => {
  const server = greeted();
  server.session.info('disk');
  server.says(
    info(Option.INFO, { kind: 'unknown', info: 77, data: new Uint8Array(12) }),
    info(Option.INFO, { kind: 'description', description: 'a disk' }),
    exportInfo(Option.INFO, 4096, 1),
    info(Option.INFO, { kind: 'name', name: 'the disk' }),
    ack(Option.INFO),
  );
  expectTold(server, {
    kind: 'info',
    offer: {
      name: 'the disk',
      description: 'a disk',
      size: 4096,
      transmissionFlags: 1,
      blockSize: undefined,
    },
  });
  expect(server.session.phase).toBe('haggling');
});

test('K-008 an export that is granted without its size ends the session', () => {
  const server = greeted();
  server.session.go('disk');
  server.says(info(Option.GO, { kind: 'name', name: 'disk' }), ack(Option.GO));
  expect(server.ended()).toBe('no-export-info');
});

test('K-009 the recommended order is possible, with a fall back to structured replies', () => {
  const server = greeted();
  const { session } = server;
  session.startTls();
  server.says(ack(Option.STARTTLS));
  session.secured();
  session.requestExtendedHeaders();
  server.says(optionReply(Option.EXTENDED_HEADERS, OptionReply.ERR_UNSUP));
  session.requestStructuredReplies();
  server.says(ack(Option.STRUCTURED_REPLY));
  session.setContexts('disk', ['base:allocation']);
  server.says(
    metaContext(Option.SET_META_CONTEXT, 7, 'base:allocation'),
    ack(Option.SET_META_CONTEXT),
  );
  session.go('disk');
  server.says(exportInfo(Option.GO, 4096, 1), ack(Option.GO));
  expect(session.entered).toMatchObject({
    replyMode: 'structured',
    contexts: [{ id: 7, name: 'base:allocation' }],
  });
});

test('K-012 E-40 after a refused GO another export can be entered, or the same in the old way', () => {
  const server = greeted();
  server.session.go('disk');
  server.says(optionReply(Option.GO, OptionReply.ERR_UNSUP));
  expect(server.session.phase).toBe('haggling');
  server.session.go('other');
  server.says(optionReply(Option.GO, OptionReply.ERR_UNKNOWN));
  server.session.exportName('disk');
  expect(server.session.isAsking).toBe(true);
});

test('K-012 once extended headers are agreed on, no export is entered in the old way', () => {
  const server = greeted();
  server.session.requestExtendedHeaders();
  server.says(ack(Option.EXTENDED_HEADERS));
  expect(() => server.session.exportName('disk')).toThrow('it must be GO');
});

test('K-013 ERR_SHUTDOWN is noted', () => {
  const server = greeted();
  server.session.go('disk');
  expect(server.session.serverShutsDown).toBe(false);
  server.says(optionReply(Option.GO, OptionReply.ERR_SHUTDOWN));
  expect(server.session.serverShutsDown).toBe(true);
});

test('what is agreed on already is not asked for again', () => {
  const server = greeted();
  server.session.requestStructuredReplies();
  server.says(ack(Option.STRUCTURED_REPLY));
  expect(() => server.session.requestStructuredReplies()).toThrow('agreed on already');
  server.session.requestExtendedHeaders();
  server.says(ack(Option.EXTENDED_HEADERS));
  expect(() => server.session.requestExtendedHeaders()).toThrow('agreed on already');
  expect(() => server.session.requestStructuredReplies()).toThrow('agreed on already');
});

test('contexts are listed by name, whatever their ids are', () => {
  const server = greeted();
  server.session.listContexts('disk', ['base:']);
  expectSent(server, contextsOption(Option.LIST_META_CONTEXT, 'disk', 'base:'));
  server.says(
    metaContext(Option.LIST_META_CONTEXT, 0, 'base:allocation'),
    metaContext(Option.LIST_META_CONTEXT, 0, 'x:y'),
    ack(Option.LIST_META_CONTEXT),
  );
  expectTold(server, {
    kind: 'contexts-listed',
    exportName: 'disk',
    names: ['base:allocation', 'x:y'],
  });
});

test('a name that cannot be sent is thrown at the caller, and nothing is sent', () => {
  const server = greeted();
  expect(() => server.session.go('a\0b')).toThrow(RangeError);
  expect(() => server.session.exportName('x'.repeat(4097))).toThrow(RangeError);
  expect(server.session.isAsking).toBe(false);
  expectSent(server);
});
