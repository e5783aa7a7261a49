/** What can go wrong with a call to a store in memory. */
import type { StoreErrorCode } from '../store/store-error.ts';

export interface StoreCall {
  readonly kind: 'get' | 'put' | 'delete' | 'deleteMany' | 'list';
  /** The first one of several; of a list, its prefix. */
  readonly key: string;
  /** Whether a put has a condition. */
  readonly isConditional: boolean;
}

export type StoreFault =
  /** Fails at once, and nothing has happened. */
  | { readonly kind: 'refused'; readonly code: StoreErrorCode }
  /** Never arrives; a call that changes something is "ambiguous", others are "unreachable". */
  | { readonly kind: 'lost-request' }
  /** Takes effect, but the answer never comes. */
  | { readonly kind: 'lost-reply' }
  /** As a lost request, but takes effect when `until` resolves: its condition is looked at then. */
  | { readonly kind: 'late'; readonly until: Promise<void> }
  /** Arrives when `until` resolves. */
  | { readonly kind: 'slow'; readonly until: Promise<void> }
  /** Of a get: the object seems not to be there. */
  | { readonly kind: 'missing' }
  /** Of a get: a bit of it is wrong. */
  | { readonly kind: 'damaged' };
