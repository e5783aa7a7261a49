import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HexRows } from './hex-rows.ts';

/** Some bytes, or a number of zeroes. */
const chunk = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(0, 1, 15, 16, 17, 47, 48, 49, 1000),
);

/** What was printed, read back: a "*" stands for rows like the one before. */
function readBack(text: string): Uint8Array {
  const lines = text.trimEnd().split('\n');
  const rows: Uint8Array[] = [];
  const start = Number.parseInt(lines[0] ?? '', 16);
  lines.forEach((line, i) => {
    if (line !== '*') {
      rows.push(Buffer.from(line.slice(8, 59).replaceAll(' ', ''), 'hex'));
      return;
    }
    const until = Number.parseInt(lines[i + 1] ?? '', 16) - start;
    const last = rows.at(-1) ?? new Uint8Array(0);
    for (let at = Buffer.concat(rows).length; at < until; at += 16) rows.push(last);
  });
  return Buffer.concat(rows);
}

test('what is printed can be read back, however it came', () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), fc.nat(1000), (chunks, offset) => {
      const rows = new HexRows(offset, 2 ** 20);
      const bytes = chunks.map((part) => (typeof part === 'number' ? new Uint8Array(part) : part));
      const text = chunks.map((part) =>
        typeof part === 'number' ? rows.zeroes(part) : rows.bytes(part),
      );
      const printed = text.join('') + rows.end();

      expect(Buffer.from(readBack(printed))).toEqual(Buffer.concat(bytes));
      expect(rows.offset).toBe(offset + Buffer.concat(bytes).length);
      const whole = new HexRows(offset, 2 ** 20);
      expect(printed).toBe(whole.bytes(Buffer.concat(bytes)) + whole.end());
    }),
  );
});

test('a row of the form of hexdump -C', () => {
  const rows = new HexRows(0x10, 2 ** 36);
  expect(rows.bytes(Buffer.from('0123456789ABCDE\x7f'))).toBe(
    '0000000010  30 31 32 33 34 35 36 37  38 39 41 42 43 44 45 7f  |0123456789ABCDE.|\n',
  );
  expect(rows.end()).toBe('0000000020\n');
});
