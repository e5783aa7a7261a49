/** The keys of a store, which lie below a prefix in a bucket. */
import { StoreError } from '@nbd/driver-object-store';

/** What S3 takes, with everything in front of it, bytes of UTF-8. */
const KEY_BYTES_MAX = 1024;

export class KeySpace {
  /** `s3://BUCKET/PREFIX`. */
  readonly name: string;
  readonly #prefix: string;

  /** `prefix` is empty, or has a slash at its end. */
  constructor(bucket: string, prefix: string) {
    this.name = `s3://${bucket}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`;
    this.#prefix = prefix;
  }

  /** A key as the bucket has it. Throws a `StoreError` "invalid" for one that no bucket can have. */
  whole(key: string): string {
    const whole = this.behind(key);
    const bytes = Buffer.byteLength(whole);
    if (key !== '' && bytes <= KEY_BYTES_MAX && isWellFormed(whole)) return whole;
    const found = isWellFormed(whole) ? `${bytes} bytes` : 'what is no Unicode';
    throw new StoreError(
      'invalid',
      `expected a key of 1 to ${KEY_BYTES_MAX} bytes, found ${found}`,
    );
  }

  /** The same for what need not be a whole key. */
  behind(text: string): string {
    return this.#prefix + text;
  }

  /** A key of the bucket as the store has it. */
  relative(whole: string): string {
    return whole.slice(this.#prefix.length);
  }

  /** A key in a message: in one line, whatever it is made of. */
  spell(key: string): string {
    const visible = /^[\u0021-\u007e]*$/.test(key) ? key : JSON.stringify(key);
    return `${this.name}/${visible}`;
  }
}

/** Whether `one` comes before `other` in a list, which is in the order of the bytes. */
export function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}

/** No half of a surrogate pair stands alone. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
