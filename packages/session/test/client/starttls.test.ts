import { Option, OptionReply } from '@nbd/codec';
import { expect, test } from 'vitest';
import { contextsOption, option } from '../client-bytes.ts';
import { ack, exportInfo, listed, metaContext, optionReply } from '../server-bytes.ts';
import { clientTranscript, greeted, expectSent, expectTold } from './client-transcript.ts';

test('K-010 STARTTLS is granted once, and not asked for again', () => {
  const server = greeted();
  server.session.startTls();
  expectSent(server, option(Option.STARTTLS));
  server.says(ack(Option.STARTTLS));
  expectTold(server, { kind: 'secure' });
  expect(server.session.wantsBytes).toBe(false);
  expect(() => server.session.list()).toThrow('this is securing');
  server.session.secured();
  expect(server.session.wantsBytes).toBe(true);
  expect(() => server.session.startTls()).toThrow('agreed on already');
  server.session.list();
  expectSent(server, option(Option.LIST));
});

test('K-010 E-50 bytes in the clear behind the ACK are dropped', () => {
  const server = greeted();
  server.session.startTls();
  server.says(ack(Option.STARTTLS), listed(Option.LIST, 'injected'));
  server.says(ack(Option.LIST));
  server.session.secured();
  server.session.list();
  server.says(ack(Option.LIST));
  expectTold(server, { kind: 'secure' }, { kind: 'listed', exports: [] });
});

test('K-010 E-15 all that was agreed on in the clear is forgotten', () => {
  const server = greeted();
  server.session.requestStructuredReplies();
  server.says(ack(Option.STRUCTURED_REPLY));
  server.session.setContexts('disk', ['a:b']);
  server.says(metaContext(Option.SET_META_CONTEXT, 1, 'a:b'), ack(Option.SET_META_CONTEXT));
  server.session.startTls();
  server.says(ack(Option.STARTTLS));
  server.session.secured();
  server.events();
  server.session.go('disk');
  server.says(exportInfo(Option.GO, 4096, 1), ack(Option.GO));
  expect(server.session.entered).toMatchObject({ replyMode: 'simple', contexts: [] });
});

test('K-010 a refused STARTTLS leaves it to the host to go on in the clear', () => {
  const server = greeted();
  server.session.startTls();
  server.says(optionReply(Option.STARTTLS, OptionReply.ERR_POLICY));
  expectTold(server, {
    kind: 'refused',
    option: Option.STARTTLS,
    type: OptionReply.ERR_POLICY,
    text: '',
  });
  server.session.list();
});

test('K-002 K-010 a refused STARTTLS leaves nothing but to go where TLS is required', () => {
  const server = greeted({ tlsRequired: true });
  server.session.startTls();
  server.says(optionReply(Option.STARTTLS, OptionReply.ERR_UNSUP));
  expect(() => server.session.go('disk')).toThrow('TLS is required');
  server.session.abort();
  expect(server.ended()).toBe('aborted');
});

test('K-010 STARTTLS is not asked of a server without fixed newstyle', () => {
  const server = clientTranscript();
  server.says(Uint8Array.from(Buffer.from('4e42444d4147494349484156454f50540000', 'hex')));
  expect(() => server.session.startTls()).toThrow('knows no option but EXPORT_NAME');
});

test('TLS cannot be there unless it was granted', () => {
  expect(() => greeted().session.secured()).toThrow('expected TLS to be asked for');
});

test('a server that closes instead of TLS closes early', () => {
  const server = greeted();
  server.session.startTls();
  server.says(ack(Option.STARTTLS));
  server.closes();
  expect(server.ended()).toBe('closed-early');
});

test('K-030 SET_META_CONTEXT can be said under TLS', () => {
  const server = greeted({ strict: false });
  server.session.startTls();
  server.says(ack(Option.STARTTLS));
  server.session.secured();
  server.heard();
  server.session.setContexts('disk', ['a:b']);
  expectSent(server, contextsOption(Option.SET_META_CONTEXT, 'disk', 'a:b'));
});
