import {
  encodeGreeting,
  encodeOldstyleGreeting,
  GREETING_BYTES,
  OLDSTYLE_GREETING_BYTES,
  TransmissionFlag,
} from '@nbd/codec';
import { expect, test } from 'vitest';
import { clientFlags, exportNameOption, text, written } from '../client-bytes.ts';
import { expectEqual } from '../expectations.ts';
import { greeting } from '../server-bytes.ts';
import { clientTranscript, expectSent, expectTold } from './client-transcript.ts';

function newstyle(handshakeFlags: number): Uint8Array {
  return written(GREETING_BYTES, (view) => encodeGreeting(view, 0, { handshakeFlags }));
}

function oldstyle(size: number, transmissionFlags: number): Uint8Array {
  const fields = { size, transmissionFlags, handshakeFlags: 0 };
  return written(OLDSTYLE_GREETING_BYTES, (view) => encodeOldstyleGreeting(view, 0, fields));
}

test('K-001 a newstyle server is greeted back, however its words arrive', () => {
  const server = clientTranscript();
  expect(server.session.phase).toBe('greeting');
  server.saysSlowly(greeting());
  expectTold(server, { kind: 'greeted', fixedNewstyle: true });
  expectSent(server, clientFlags(3));
  expect(server.session.phase).toBe('haggling');
});

test.each(['HTTP/1.1 400 Bad', 'NBDMAGICIHAVEO??', 'SSH-2.0-OpenSSH_'])(
  'K-001 %s is no NBD server',
  (words) => {
    const server = clientTranscript();
    server.says(text(words));
    expect(server.ended()).toBe('bad-magic');
    expectSent(server);
  },
);

test('K-001 K-002 an oldstyle server is refused unless the host allows it', () => {
  const server = clientTranscript();
  server.says(oldstyle(4096, 1));
  expect(server.ended()).toBe('oldstyle');
});

test('K-001 an oldstyle server that is allowed leads to its only export at once', () => {
  const server = clientTranscript({ oldstyle: true });
  server.saysSlowly(oldstyle(4096, TransmissionFlag.HAS_FLAGS));
  expectTold(server, {
    kind: 'entered',
    entered: {
      name: '',
      description: undefined,
      size: 4096,
      transmissionFlags: TransmissionFlag.HAS_FLAGS,
      blockSize: undefined,
      replyMode: 'simple',
      contexts: [],
    },
  });
  expectSent(server);
  expect(server.session.phase).toBe('transmission');
});

test('K-002 E-39 where TLS is required, an oldstyle server is refused though it is allowed', () => {
  const server = clientTranscript({ oldstyle: true, tlsRequired: true });
  server.says(oldstyle(4096, 1));
  expect(server.ended()).toBe('oldstyle');
});

test('K-002 where TLS is required, a server without fixed newstyle is refused', () => {
  const server = clientTranscript({ tlsRequired: true });
  server.says(newstyle(2));
  expect(server.ended()).toBe('not-fixed-newstyle');
  expectSent(server);
});

test('K-002 where TLS is required, nothing but STARTTLS is said before it', () => {
  const server = clientTranscript({ tlsRequired: true, strict: false });
  server.says(greeting());
  expect(() => server.session.list()).toThrow('TLS is required');
  expect(() => server.session.go('disk')).toThrow('TLS is required');
  expect(() => server.session.exportName('disk')).toThrow('TLS is required');
  server.session.startTls();
});

test.each([
  [0x0000, 0],
  [0x0001, 1],
  [0x0002, 2],
  [0x0003, 3],
  [0xfffc, 0],
  [0xffff, 3],
])('K-003 handshake flags %i are answered with client flags %i', (offered, answered) => {
  const server = clientTranscript();
  server.says(newstyle(offered));
  expectTold(server, { kind: 'greeted', fixedNewstyle: (offered & 1) === 1 });
  expectSent(server, clientFlags(answered));
});

test('K-003 a server without fixed newstyle is asked for an export by name, and for nothing else', () => {
  const server = clientTranscript();
  server.says(newstyle(0));
  server.heard();
  expect(() => server.session.go('disk')).toThrow('knows no option but EXPORT_NAME');
  server.session.exportName('disk');
  expectSent(server, exportNameOption('disk'));
});

test('a session without bytes wants some, asks nothing and has no export', () => {
  const { session } = clientTranscript();
  expectEqual(
    [session.wantsBytes, session.isAsking, session.inFlight, session.entered, session.readyBytes],
    [true, false, 0, undefined, 0],
  );
});
