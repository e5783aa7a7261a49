/**
 * The requests in flight, found by the cookies of their replies. A cookie is the number of a slot and the number
 * of the request, so a second reply to an answered request does not meet the next one in its slot (K-020).
 *
 * Hot path.
 */
import { Command } from '@nbd/codec';
import { ClientRequest } from './client-request.ts';

export class RequestSlots {
  readonly #slots: ClientRequest[] = [];
  readonly #free: ClientRequest[] = [];
  #serial = 0;
  #inFlight = 0;
  #inFlightBytes = 0;

  /** How many requests are not answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Bytes of data of the READs and WRITEs among them. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Puts a request in flight. */
  enter(type: Command, flags: number, offset: number, length: number): ClientRequest {
    const request = this.#free.pop() ?? this.#make();
    request.cookieHigh = this.#serial;
    this.#serial = (this.#serial + 1) | 0;
    request.type = type;
    request.flags = flags;
    request.offset = offset;
    request.length = length;
    request.inFlight = true;
    this.#inFlight++;
    this.#inFlightBytes += dataBytes(request);
    return request;
  }

  /** The request in flight that has this cookie. */
  find(cookieHigh: number, cookieLow: number): ClientRequest | undefined {
    const request = this.#slots[cookieLow];
    return request?.inFlight === true && request.cookieHigh === cookieHigh ? request : undefined;
  }

  /** Any one in flight. */
  first(): ClientRequest | undefined {
    return this.#slots.find((request) => request.inFlight);
  }

  /** The request is answered; it stays as it is until `recycle`. */
  leave(request: ClientRequest): void {
    request.inFlight = false;
    this.#inFlight--;
    this.#inFlightBytes -= dataBytes(request);
  }

  /** The slot of an answered request may be used again. */
  recycle(request: ClientRequest): void {
    request.empty();
    this.#free.push(request);
  }

  #make(): ClientRequest {
    const request = new ClientRequest(this.#slots.length);
    this.#slots.push(request);
    return request;
  }
}

function dataBytes({ type, length }: ClientRequest): number {
  return type === Command.READ || type === Command.WRITE ? length : 0;
}
