import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/refusal.ts';
import { view } from '../../test/values.ts';
import {
  EXTENDED_CHUNK_HEADER_BYTES,
  decodeExtendedChunkHeader,
  encodeExtendedChunkHeader,
} from './extended-chunk-header.ts';
import { decodeSimpleReply, encodeSimpleReply } from './simple-reply.ts';
import {
  decodeStructuredChunkHeader,
  encodeStructuredChunkHeader,
} from './structured-chunk-header.ts';

const blank = () => ({
  error: 0,
  flags: 0,
  type: 0,
  cookieHigh: 0,
  cookieLow: 0,
  offset: 0,
  length: 0,
});

const simple = {
  name: 'simple reply',
  encode: encodeSimpleReply,
  decode: (bytes: DataView) => decodeSimpleReply(bytes, 0, blank()),
};
const structured = {
  name: 'structured chunk',
  encode: encodeStructuredChunkHeader,
  decode: (bytes: DataView) => decodeStructuredChunkHeader(bytes, 0, blank()),
};
const extended = {
  name: 'extended chunk',
  encode: encodeExtendedChunkHeader,
  decode: (bytes: DataView) => decodeExtendedChunkHeader(bytes, 0, blank()),
};

describe.each([
  { form: simple, others: [structured, extended] },
  { form: structured, others: [simple, extended] },
  { form: extended, others: [simple, structured] },
])('the head of a $form.name', ({ form, others }) => {
  const bytes = view(new Uint8Array(EXTENDED_CHUNK_HEADER_BYTES));
  form.encode(bytes, 0, blank());

  it('K-021 is read as what it is', () => {
    expect(form.decode(bytes)).toEqual(blank());
  });

  it.each(others)('K-021 is not read as that of a $name', (other) => {
    expect(refusal(() => other.decode(bytes))).toBe('bad-magic');
  });
});
