import { describe, expect, it } from 'vitest';
import { parseStoreUrl, parseVolumeUrl } from './volume-url.ts';

describe('a URL', () => {
  it('names a store', () => {
    expect(parseStoreUrl('s3://b')).toEqual({ bucket: 'b', prefix: '' });
    expect(parseStoreUrl('s3://b/')).toEqual({ bucket: 'b', prefix: '' });
    expect(parseStoreUrl('s3://b/p/q/')).toEqual({ bucket: 'b', prefix: 'p/q' });
  });

  it('names a volume', () => {
    const plain = { bucket: 'b', prefix: '', volume: 'v', snapshot: undefined };
    expect(parseVolumeUrl('s3://b/v')).toEqual(plain);
    const deep = { bucket: 'b', prefix: 'p/q', volume: 'v', snapshot: 's' };
    expect(parseVolumeUrl('s3://b/p/q/v@s')).toEqual(deep);
  });

  it.each(['', 's3:', 's3://', 's3:///v', 'http://b/v', 's3://b//v', 's3://b/p//v'])(
    'is not %j',
    (url) => {
      expect(() => parseStoreUrl(url)).toThrow('expected s3://BUCKET[/PREFIX], found');
    },
  );

  it.each(['s3://b', 's3://b/', 's3://b/v@', 's3://b/@s', 's3://b/v@s@t'])(
    'names no volume: %j',
    (url) => {
      expect(() => parseVolumeUrl(url)).toThrow('expected s3://BUCKET[/PREFIX]/VOLUME[@SNAPSHOT]');
    },
  );
});
