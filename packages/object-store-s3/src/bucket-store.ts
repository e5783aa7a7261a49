/**
 * A bucket as a store of objects: the five calls as requests of S3, and its answers as theirs.
 */
import { randomUUID } from 'node:crypto';
import type {
  GetOptions,
  ListOptions,
  ListPage,
  ObjectStore,
  PutOptions,
  StoredObject,
} from '@nbd/driver-object-store';
import type { Asked, BucketDesk, Told } from './bucket-desk.ts';
import { DELETE_BYTES_MAX, describeRemoval, readRemoval } from './delete-many.ts';
import { EtagForms, type EtagProbe, spellEtag } from './etag-form.ts';
import { isBefore, type KeySpace } from './key-space.ts';
import { LIST_BYTES_MAX, readListAnswer } from './list-answer.ts';
import { crc32Header, crc32In, etagIn, rangeHeader, rangeMismatch } from './object-headers.ts';
import { describePayload, md5Of } from './payload.ts';

/** Of an object that is read without a target, bytes. */
const OBJECT_BYTES_MAX = 64 * 2 ** 20;

/** The most that S3 has in one answer, and takes in one request. */
const KEYS_MAX = 1000;

/** What a gateway that removes one object after the other may take for each. */
const REMOVAL_MILLIS = 40;

interface Signalled {
  readonly signal?: AbortSignal | undefined;
}

export class BucketStore implements ObjectStore {
  readonly name: string;
  readonly #desk: BucketDesk;
  readonly #keys: KeySpace;
  readonly #signsPayload: boolean;
  readonly #etagForms: EtagForms;

  /** `signsPayload`: what is written is part of the signature. */
  constructor(desk: BucketDesk, keys: KeySpace, signsPayload: boolean) {
    this.name = keys.name;
    this.#desk = desk;
    this.#keys = keys;
    this.#signsPayload = signsPayload;
    this.#etagForms = new EtagForms(() => this.#etagProbe());
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject | undefined> {
    const { target, range, signal } = options;
    if (range !== undefined && target !== undefined && target.length < range.length) {
      throw new RangeError(`a target must be as long as the range, not ${target.length} bytes`);
    }
    const asked: Asked = {
      kind: 'get',
      method: 'GET',
      about: key,
      key: this.#keys.whole(key),
      headers: range === undefined ? {} : rangeHeader(range),
      target: range === undefined ? target : target?.subarray(0, range.length),
      bodyMax: range?.length ?? OBJECT_BYTES_MAX,
    };
    const { answer, fault } = await this.#desk.ask(asked, signal);
    if (fault?.code === 'NoSuchKey') return undefined;
    if (fault !== undefined) throw this.#desk.refusal(asked, fault);
    const mismatch = range === undefined ? undefined : rangeMismatch(answer, range);
    if (mismatch !== undefined) throw this.#desk.invalid(asked, mismatch);
    return { bytes: answer.body, etag: this.#etagOf(asked, answer), crc32: crc32In(answer) };
  }

  async put(
    key: string,
    parts: readonly Uint8Array[],
    { condition, crc32, signal }: PutOptions = {},
  ): Promise<{ readonly etag: string } | undefined> {
    const checksum = crc32 === undefined ? {} : crc32Header(crc32);
    if (condition === undefined) return this.#put(key, parts, checksum, signal);
    if ('absent' in condition) {
      return this.#put(key, parts, { ...checksum, 'if-none-match': '*' }, signal);
    }
    const etag = spellEtag(condition.etag, await this.#etagForms.find());
    return this.#put(key, parts, { ...checksum, 'if-match': etag }, signal);
  }

  async delete(key: string, { signal }: Signalled = {}): Promise<void> {
    const whole = this.#keys.whole(key);
    const asked: Asked = { kind: 'delete', method: 'DELETE', about: key, key: whole };
    const { fault } = await this.#desk.ask(asked, signal);
    if (fault !== undefined && fault.code !== 'NoSuchKey') throw this.#desk.refusal(asked, fault);
  }

  async deleteMany(
    keys: readonly string[],
    { signal }: Signalled = {},
  ): Promise<readonly string[]> {
    if (keys.length > KEYS_MAX) throw new RangeError(`expected at most ${KEYS_MAX} keys`);
    const { body, unnamed } = describeRemoval(keys.map((key) => this.#keys.whole(key)));
    const named = keys.length - unnamed.length;
    const [left] = await Promise.all([
      named === 0 ? [] : this.#deleteTogether(body, named, signal),
      ...unnamed.map((key) => this.delete(this.#keys.relative(key), { signal })),
    ]);
    return left;
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListPage> {
    const { after, max = KEYS_MAX, signal } = options;
    const asked: Asked = {
      kind: 'list',
      method: 'GET',
      about: prefix,
      query: {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(Math.min(max, KEYS_MAX)),
        prefix: this.#keys.behind(prefix),
        ...(after !== undefined && { 'start-after': this.#keys.behind(after) }),
      },
      bodyMax: LIST_BYTES_MAX,
    };
    const { answer, fault } = await this.#desk.ask(asked, signal);
    if (fault !== undefined) throw this.#desk.refusal(asked, fault);
    const page = this.#desk.read(asked, () => readListAnswer(answer.body, this.#keys));
    const last = page.objects.at(-1)?.key;
    const hasAdvanced = last === undefined ? !page.isTruncated : isBefore(after ?? '', last);
    if (!hasAdvanced) throw this.#desk.invalid(asked, `expected keys behind ${after ?? 'none'}`);
    return page;
  }

  close(): Promise<void> {
    return this.#desk.close();
  }

  async #put(
    key: string,
    parts: readonly Uint8Array[],
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly etag: string } | undefined> {
    const asked: Asked = {
      kind: 'put',
      method: 'PUT',
      about: key,
      key: this.#keys.whole(key),
      headers,
      payload: describePayload(parts, this.#signsPayload),
    };
    const { answer, fault } = await this.#desk.ask(asked, signal);
    if (fault === undefined) return { etag: this.#etagOf(asked, answer) };
    // Without a condition none can have been missed: nothing was written, and whoever asked is to know.
    const isMissed =
      (fault.status === 412 && ('if-match' in headers || 'if-none-match' in headers)) ||
      (fault.code === 'NoSuchKey' && 'if-match' in headers);
    if (!isMissed) throw this.#desk.refusal(asked, fault);
    if (answer.isRepeat) throw this.#desk.ambiguous(asked);
    return undefined;
  }

  async #deleteTogether(
    body: Uint8Array,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    const payload = describePayload([body], true);
    const asked: Asked = {
      kind: 'delete-many',
      method: 'POST',
      about: '',
      query: { delete: '' },
      headers: { 'content-md5': md5Of(payload), 'content-type': 'application/xml' },
      payload,
      bodyMax: DELETE_BYTES_MAX,
      extraMillis: count * REMOVAL_MILLIS,
    };
    const { answer, fault } = await this.#desk.ask(asked, signal);
    if (fault !== undefined) throw this.#desk.refusal(asked, fault);
    return this.#desk
      .read(asked, () => readRemoval(answer.body))
      .map((key) => this.#keys.relative(key));
  }

  #etagOf(asked: Asked, answer: Told['answer']): string {
    const etag = etagIn(answer);
    if (etag === undefined) throw this.#desk.invalid(asked, 'expected an ETag, found none');
    return etag;
  }

  #etagProbe(): EtagProbe {
    const key = `.probe/etag-form-${randomUUID()}`;
    const [first, second] = ['first', 'second'].map((text) => [new TextEncoder().encode(text)]);
    return {
      create: async () => (await this.put(key, first ?? [], { condition: { absent: true } }))?.etag,
      replace: async (etag, form) => {
        const header = { 'if-match': spellEtag(etag, form) };
        return (await this.#put(key, second ?? [], header, undefined)) !== undefined;
      },
      remove: () => this.delete(key),
    };
  }
}
