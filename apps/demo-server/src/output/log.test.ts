import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logTo } from './log.ts';
import type { LogFormat } from '../settings/settings.ts';

let output = '';
const lines = { write: (line: string) => void (output += line) };
const LOGS = { text: logTo(lines, 'debug', 'text'), json: logTo(lines, 'debug', 'json') };

/** What is written for one call with this text in every place that a peer may have it in. */
function written(format: LogFormat, text: string): string {
  output = '';
  const cause = new Error(text);
  const err = Object.assign(new Error(`export ${text} cannot be opened`, { cause }), {
    code: text,
    path: text,
  });
  const fields = { connection: 7, export: text, identity: text, [text]: [{ name: text }], err };
  LOGS[format].warn(fields, text);
  return output;
}

/** The lines that begin an entry; what belongs to one, such as a stack, is indented. */
function entriesOf(all: string): readonly string[] {
  expect(all.endsWith('\n')).toBe(true);
  return all
    .slice(0, -1)
    .split('\n')
    .filter((line) => !line.startsWith('    '));
}

const HOSTILE = [
  ['line feeds', 'disk\n[12:00:00.000] INFO: all is well'],
  ['carriage returns', 'disk\rINFO: all is well'],
  ['escape sequences', 'disk\u001B[2J\u001B]0;title\u0007\u009B31m'],
  ['marks that turn text around', 'disk\u202Egnp.exe\u2066\u2069\u200F'],
  ['line separators', 'disk\u2028INFO: all is well\u2029\u0085'],
  ['NUL, DEL, and characters that are not seen', '\u0000\u007F\u200B\uFEFF\u{E0041}'],
  ['half a character', '\uD800'],
] as const;

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Any character, those that harm more often than others. Fast-check's own unit of this kind takes a second to make. */
const ANY_CHARACTER = fc
  .integer({ min: 0, max: 0x10_f7ff })
  .map((rank) => String.fromCodePoint(rank < 0xd800 ? rank : rank + 0x800));

/** What of it a terminal might obey, and all beyond one entry. */
function harmOf(all: string): readonly unknown[] {
  return [UNSAFE.exec(all.replaceAll('\n', ''))?.[0], ...entriesOf(all).slice(1)];
}

describe.each(['text', 'json'] as const)('as %s', (format) => {
  test.each(HOSTILE)('%s of a peer reach no terminal, and begin no line', (_what, text) => {
    expect(harmOf(written(format, text))).toEqual([undefined]);
  });

  test('nor does any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
        expect(harmOf(written(format, text))).toEqual([undefined]);
      }),
      { numRuns: 100 },
    );
  });
});

test('JSON is read as it was meant', () => {
  for (const [, text] of HOSTILE) {
    const line = JSON.parse(written('json', text)) as Record<string, unknown>;
    expect(line).toMatchObject({ connection: 7, export: text, identity: text, msg: text });
  }
});

test('what is harmless is written as it is', () => {
  expect(written('json', 'Grüße, 世界 "x" \\')).toContain(
    String.raw`"export":"Grüße, 世界 \"x\" \\"`,
  );
  expect(written('text', 'Grüße, 世界')).toContain(
    'WARN: Grüße, 世界 {"connection":7,"export":"Grüße, 世界"',
  );
});
