import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeRemoval, readRemoval } from './delete-many.ts';
import { readXml } from './read-xml.ts';

function error(key: string, code: string): string {
  return `<Error><Key>${key}</Key><Code>${code}</Code><Message>m</Message></Error>`;
}

describe('a removal of many objects', () => {
  it('names each key that XML can carry, in a way that is read as the same key', () => {
    const keys = fc.array(fc.string({ unit: 'binary', minLength: 1 }));
    fc.assert(
      fc.property(keys, (given) => {
        const { body, unnamed } = describeRemoval(given);
        const named: string[] = [];
        readXml(body, 'Delete', (name, parent, text) => {
          if (name === 'Key' && parent === 'Object') named.push(text);
        });
        expect(named).toEqual(given.filter((key) => !unnamed.includes(key)));
      }),
    );
    expect(describeRemoval(['a\u0001b', 'a\r\n\tb']).unnamed).toEqual(['a\u0001b']);
  });

  it('tells what is left, which is not what was never there', () => {
    const xml = `<DeleteResult><Deleted><Key>x</Key></Deleted>${error('a&amp;', 'InternalError')}${error('b', 'NoSuchKey')}${error('c', 'AccessDenied')}</DeleteResult>`;
    expect(readRemoval(new TextEncoder().encode(xml))).toEqual(['a&', 'c']);
  });
});
