/**
 * How a store wants to read an ETag in If-Match. The standard says in quotes; releases of Ceph's gateway before that
 * was mended hold the condition true only without them.
 */
import { StoreError } from '@nbd/driver-object-store';

export type EtagForm = 'bare' | 'quoted';

/** An ETag as the header If-Match has it. */
export function spellEtag(etag: string, form: EtagForm): string {
  return form === 'quoted' ? `"${etag}"` : etag;
}

/** What a store answered, without its quotes, so that all forms of it are equal. */
export function bareEtag(header: string): string {
  return header.replace(/^"(.*)"$/, '$1');
}

/** The three calls that it takes to find out, on an object that is there for nothing else. */
export interface EtagProbe {
  /** Answers the ETag, or undefined if the key is taken. */
  create(): Promise<string | undefined>;
  /** Whether the condition held. */
  replace(etag: string, form: EtagForm): Promise<boolean>;
  remove(): Promise<void>;
}

/** Asks once, and remembers. */
export class EtagForms {
  readonly #probe: () => EtagProbe;
  #form: Promise<EtagForm> | undefined;

  constructor(probe: () => EtagProbe) {
    this.#probe = probe;
  }

  /** Rejects with a `StoreError`: "invalid" if no form works, or that of a call that failed, and then asks anew. */
  find(): Promise<EtagForm> {
    this.#form ??= findForm(this.#probe()).catch((error: unknown) => {
      this.#form = undefined;
      throw error;
    });
    return this.#form;
  }
}

/** In quotes first: a store that reads them must never see the other form, which it might take for no condition. */
async function findForm(probe: EtagProbe): Promise<EtagForm> {
  const etag = await probe.create();
  if (etag === undefined) {
    throw new StoreError('invalid', 'a key that was made up a moment ago is taken in the store');
  }
  try {
    if (await probe.replace(etag, 'quoted')) return 'quoted';
    if (await probe.replace(etag, 'bare')) return 'bare';
  } finally {
    // What is left is an object that nobody asks for; how the probe went is the news.
    await Promise.allSettled([probe.remove()]);
  }
  throw new StoreError('invalid', 'the store holds no If-Match true, in whatever form the ETag is');
}
