import { describe, expect, it } from 'vitest';
import { KeySpace } from './key-space.ts';
import { readListAnswer } from './list-answer.ts';

const keys = new KeySpace('bucket', 'p/');

function read(xml: string): unknown {
  return readListAnswer(new TextEncoder().encode(xml), keys);
}

function page(inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</ListBucketResult>`;
}

const END = '<IsTruncated>false</IsTruncated>';

describe('a list', () => {
  it('has the keys and sizes of all objects, and no more', () => {
    const contents = `<EncodingType>url</EncodingType>
      <Contents><Key>p/a%20b%2Bc%25</Key><ETag>&quot;x&quot;</ETag><Size>0</Size><Owner><ID>7</ID></Owner></Contents>
      <Contents><Size>5</Size><Key>p/%C3%BC+d</Key></Contents>
      <CommonPrefixes><Prefix>p/x</Prefix></CommonPrefixes>`;
    expect(read(page(`<IsTruncated>true</IsTruncated>${contents}`))).toEqual({
      objects: [
        { key: 'a b+c%', size: 0 },
        { key: 'ü d', size: 5 },
      ],
      isTruncated: true,
    });
  });

  it('has keys as they are if the store has not encoded them', () => {
    const contents = '<Contents><Key>p/a+b%20&amp;&#x41;</Key><Size>1</Size></Contents>';
    expect(read(page(END + contents))).toEqual({
      objects: [{ key: 'a+b%20&A', size: 1 }],
      isTruncated: false,
    });
  });

  it.each([
    ['', 'not'],
    ['garbage', 'not'],
    ['<html><body>Bad Gateway</body></html>', 'expected <ListBucketResult>, found <html>'],
    [page(END).slice(0, -5), 'not'],
    [page(END + END.slice(0, -1)), 'not'],
    [page(''), '<IsTruncated>'],
    [page('<IsTruncated>maybe</IsTruncated>'), 'true or false'],
    [page(`${END}<Contents><Size>1</Size></Contents>`), '<Key>'],
    [page(`${END}<Contents><Key>p/a</Key></Contents>`), '<Size>'],
    [page(`${END}<Contents><Key>p/a</Key><Size>-1</Size></Contents>`), 'a number'],
    [page(`${END}<Contents><Key>p/a</Key><Size>1e3</Size></Contents>`), 'a number'],
    [page(`${END}<Contents><Key>q/a</Key><Size>1</Size></Contents>`), 'keys of the store'],
    [
      page(
        `<EncodingType>url</EncodingType>${END}<Contents><Key>p/%FF</Key><Size>1</Size></Contents>`,
      ),
      'for URLs',
    ],
    [`<!DOCTYPE x [<!ENTITY e "eeee">]>${page(END)}`, 'document type'],
    [page(`${END}<Contents><Key>p/&e;</Key><Size>1</Size></Contents>`), 'not'],
    [page('<a>'.repeat(40) + '</a>'.repeat(40)), 'levels'],
  ])('is not %j', (xml, message) => {
    expect(() => read(xml)).toThrow(message);
  });

  it('is in UTF-8', () => {
    expect(() => readListAnswer(Uint8Array.of(0x3c, 0xff, 0x3e), keys)).toThrow('UTF-8');
  });
});
