/**
 * Golden bytes: every file of `test/vectors` is checked four ways. A vector is one or more
 * messages in a row; a message of variable size, or plain data, is the last of its vector.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encoded } from './message.ts';
import { messageNamed, messages } from './messages.ts';
import { referenceEncode } from './reference.ts';
import { fromHex, toHex } from './values.ts';

interface VectorFile {
  readonly source: string;
  readonly vectors: readonly Vector[];
}

interface Vector {
  readonly meaning: string;
  readonly hex: string;
  readonly parts: readonly Part[];
}

type Part = { readonly message: string; readonly value: unknown } | { readonly data: string };

const folder = new URL('vectors/', import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file): [string, VectorFile] => [
    file,
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as VectorFile,
  ]);

describe.each(files)('%s', (_file, { vectors }) => {
  describe.each(vectors)('$meaning', ({ hex, parts }) => {
    const bytes = hex.replaceAll(' ', '');

    it('C-002 is parsed into its values', () => {
      expect(parse(bytes, parts)).toEqual(parts);
    });

    it('C-002 is generated from its values', () => {
      expect(generate(parts)).toBe(bytes);
    });

    it('is mirrored: parsed and generated again', () => {
      expect(generate(parse(bytes, parts))).toBe(bytes);
    });

    it('is what the reference generates', () => {
      const written = parts.map((part) =>
        'data' in part ? part.data : referenceEncode(part.message, part.value),
      );
      expect(written.join('')).toBe(bytes);
    });
  });
});

describe('the vectors', () => {
  it('hold every message but the parts of a block status, which it holds itself', () => {
    const used = files.flatMap(([, file]) => file.vectors.flatMap(({ parts }) => parts));
    const names = new Set(used.map((part) => ('data' in part ? 'data' : part.message)));
    const missing = messages.map(({ name }) => name).filter((name) => !names.has(name));
    expect(missing).toEqual([
      'BlockStatusHead',
      'BlockStatusExtent',
      'BlockStatusExtHead',
      'BlockStatusExtExtent',
    ]);
  });
});

function generate(parts: readonly Part[]): string {
  return parts
    .map((part) =>
      'data' in part ? part.data : toHex(encoded(messageNamed(part.message), part.value)),
    )
    .join('');
}

/** Reads `hex` as the messages that `parts` names; only names and sizes are taken from it. */
function parse(hex: string, parts: readonly Part[]): Part[] {
  const bytes = fromHex(hex);
  let at = 0;
  return parts.map((part) => {
    if ('data' in part) return { data: toHex(bytes.subarray(at)) };
    const message = messageNamed(part.message);
    const end = message.size === 'fixed' ? at + message.measure(undefined) : bytes.length;
    const value = message.decode(bytes.subarray(at, end));
    at = end;
    return { message: part.message, value };
  });
}
