/** The server broke a rule that ends the session, though each message by itself can be read. */
import type { ClientEndReason } from './client-event.ts';

/** Thrown inside of the session only, and told as `ended`. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly reason: ClientEndReason;

  constructor(reason: ClientEndReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
