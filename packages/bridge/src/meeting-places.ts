/** The addresses of a bridge, each of which belongs to those who have shown one token. */
import type { Address } from '@nbd/server';
import type { Place } from './admission.ts';
import { parseListen } from './listen-address.ts';
import { MeetingPlace, type MeetingPlaceOptions } from './meeting-place.ts';
import { showSame, tokenKey } from './same-token.ts';

interface Entry {
  readonly token: string | undefined;
  /** Undefined: another program listens there. */
  readonly place: Promise<MeetingPlace | undefined>;
}

export type MeetingPlacesOptions = Omit<MeetingPlaceOptions, 'address' | 'closing'>;

export class MeetingPlaces {
  readonly #options: MeetingPlacesOptions;
  /** By the address; where the port is any, by the token too. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: MeetingPlacesOptions) {
    this.#options = options;
  }

  /**
   * The place that `token` has there, which may be new; undefined if it is another token's, or another
   * program's. Rejects with a TypeError for what is no address, and with an error of Node's for one that
   * cannot be listened on.
   */
  async find({ listen }: Place, token: string | undefined): Promise<MeetingPlace | undefined> {
    const address = parseListen(listen);
    const isAnyPort = address.kind === 'tcp' && address.port === 0;
    const key = JSON.stringify([address, isAnyPort ? tokenKey(token) : '']);
    const found = this.#entries.get(key);
    if (found !== undefined) return showSame(found.token, token) ? found.place : undefined;
    const entry = { token, place: this.#open(key, address) };
    this.#entries.set(key, entry);
    return entry.place;
  }

  async close(): Promise<void> {
    const places = [...this.#entries.values()].map(({ place }) => place);
    for (const found of await Promise.allSettled(places)) {
      if (found.status === 'fulfilled') found.value?.close();
    }
  }

  async #open(key: string, address: Address): Promise<MeetingPlace | undefined> {
    const closing = (): void => void this.#entries.delete(key);
    try {
      return await MeetingPlace.open({ ...this.#options, address, closing });
    } catch (error) {
      closing();
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
      throw error;
    }
  }
}
