import { expect, test } from 'vitest';
import { nbdErrorFrom } from './nbd-error.ts';

test('an error of OpenSSL is told by its reason, without numbers and places in its sources', () => {
  const message =
    '807CCF59B17F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:ssl/record/rec_layer_s3.c:1601:SSL alert number 116\n';
  const cause = Object.assign(new Error(message), {
    code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    library: 'SSL routines',
    reason: 'tlsv13 alert certificate required',
  });
  const error = nbdErrorFrom(cause, 'the connection was lost');
  expect(error.message).toBe(
    'the connection was lost: SSL routines: tlsv13 alert certificate required',
  );
  expect(error).toMatchObject({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', cause });
});

test('other errors are told in their own words, those of several addresses by the first', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
  });
  const both = Object.assign(new AggregateError([refused, new Error('other')]), {
    code: 'ECONNREFUSED',
  });
  for (const cause of [refused, both]) {
    const error = nbdErrorFrom(cause, 'cannot connect');
    expect(error.message).toBe('cannot connect: connect ECONNREFUSED 127.0.0.1:1');
    expect(error.code).toBe('ECONNREFUSED');
  }
});
