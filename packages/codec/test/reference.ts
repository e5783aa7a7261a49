/**
 * The second codec: naive, slow and independent. It imports nothing from `src`, works on
 * hexadecimal text, computes with BigInt and describes each message by its fields in order.
 * Where the two codecs differ, one of them is wrong.
 */

import {
  bytesToEnd,
  choice,
  counted,
  countedText,
  i32,
  ignoredTail,
  Input,
  magic,
  nonzero,
  notEmpty,
  optional,
  padding,
  type Part,
  record,
  refuse,
  Refusal,
  textToEnd,
  toEnd,
  u16,
  u32,
  u64,
} from './reference-parts.ts';

const NBDMAGIC = '4e42444d41474943';
const IHAVEOPT = '49484156454f5054';
const cookie: readonly [string, Part][] = [
  ['cookieHigh', i32],
  ['cookieLow', i32],
];
const extent = record(['length', nonzero(u32)], ['flags', u32]);
const wideExtent = record(['length', nonzero(u64)], ['flags', u64]);

const parts: Readonly<Record<string, Part>> = {
  Greeting: record(['', magic(NBDMAGIC)], ['', magic(IHAVEOPT)], ['handshakeFlags', u16]),
  OldstyleGreeting: record(
    ['', magic(NBDMAGIC)],
    ['', magic('0000420281861253')],
    ['size', u64],
    ['handshakeFlags', u16],
    ['transmissionFlags', u16],
    ['', padding(124)],
  ),
  ClientFlags: record(['clientFlags', u32]),
  OptionHeader: record(['', magic(IHAVEOPT)], ['option', u32], ['length', u32]),
  OptionReplyHeader: record(
    ['', magic('0003e889045565a9')],
    ['option', u32],
    ['type', u32],
    ['length', u32],
  ),
  ExportNameReply: record(['size', u64], ['transmissionFlags', u16], ['zeroes', optional(124)]),

  Text: textToEnd(),
  InfoRequest: record(['exportName', countedText(u32)], ['infos', counted(u16, u16)]),
  MetaContextRequest: record(
    ['exportName', countedText(u32)],
    ['queries', counted(u32, countedText(u32))],
  ),
  ServerReply: record(['name', countedText(u32)], ['description', textToEnd()]),
  InfoReply: choice(u16, 'kind', [
    ['export', 0, record(['size', u64], ['transmissionFlags', u16])],
    ['name', 1, record(['name', textToEnd()])],
    ['description', 2, record(['description', textToEnd()])],
    ['block-size', 3, record(['minimum', u32], ['preferred', u32], ['payloadMax', u32])],
    ['unknown', 'info', record(['data', bytesToEnd()])],
  ]),
  MetaContextReply: record(
    ['contextId', u32],
    ['name', refuse(textToEnd(), (name) => name === '', 'a context has a name')],
  ),

  Request: record(
    ['', magic('25609513')],
    ['flags', u16],
    ['type', u16],
    ...cookie,
    ['offset', u64],
    ['length', u32],
  ),
  ExtendedRequest: record(
    ['', magic('21e41c71')],
    ['flags', u16],
    ['type', u16],
    ...cookie,
    ['offset', u64],
    ['length', u64],
  ),
  BlockStatusFilter: record(['effectLength', u64], ['contextIds', toEnd(u32)]),
  SimpleReply: record(['', magic('67446698')], ['error', u32], ...cookie),
  StructuredChunkHeader: record(['', magic('668e33ef')], ['flags', u16], ['type', u16], ...cookie, [
    'length',
    u32,
  ]),
  ExtendedChunkHeader: record(
    ['', magic('6e8a278c')],
    ['flags', u16],
    ['type', u16],
    ...cookie,
    ['offset', u64],
    ['length', u64],
  ),

  OffsetDataHead: record(['offset', u64]),
  OffsetHole: record(['offset', u64], ['length', nonzero(u32)]),
  BlockStatusHead: record(['contextId', u32]),
  BlockStatusExtent: extent,
  BlockStatus: record(['contextId', u32], ['extents', notEmpty(toEnd(extent))]),
  BlockStatusExtHead: record(['contextId', u32], ['count', u32]),
  BlockStatusExtExtent: wideExtent,
  BlockStatusExt: record(['contextId', u32], ['extents', notEmpty(counted(u32, wideExtent))]),
  ErrorChunk: record(['error', u32], ['message', countedText(u16)], ['', ignoredTail()]),
  ErrorOffsetChunk: record(['error', u32], ['message', countedText(u16)], ['offset', u64]),
};

/** The bytes of `value`, as hexadecimal. */
export function referenceEncode(name: string, value: unknown): string {
  return partNamed(name).write(value);
}

/** The value of all of `hex`; throws a Refusal if they are not this message. */
export function referenceDecode(name: string, hex: string): unknown {
  const input = new Input(hex);
  const value = partNamed(name).read(input);
  if (input.remaining > 0) throw new Refusal('bytes are left over');
  return value;
}

function partNamed(name: string): Part {
  const part = parts[name];
  if (part === undefined) throw new Error(`the reference has no message called ${name}`);
  return part;
}
