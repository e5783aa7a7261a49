/**
 * The export that a connection has open: at most one at a time, opened when it is named and closed
 * exactly once, whatever way the connection ends.
 */
import type { Awaitable, ExportContext, ExportSource, OpenExport } from '@nbd/driver';
import { isPromise } from './is-promise.ts';

interface Use {
  /** The name that it was asked for by; undefined: it is not to be found under any. */
  readonly name: string | undefined;
  readonly opening: Awaitable<OpenExport | undefined>;
}

export class ExportInUse {
  readonly #source: ExportSource;
  readonly #closeFailed: (error: unknown) => void;
  #use: Use | undefined;
  #released = false;

  constructor(source: ExportSource, closeFailed: (error: unknown) => void) {
    this.#source = source;
    this.#closeFailed = closeFailed;
  }

  /**
   * Opens the export of that name, unless it is the one that is open: INFO and then GO open once. Any
   * other that is open is closed first (C-124). Throws, or rejects, as the source does.
   */
  open(name: string, context: ExportContext): Awaitable<OpenExport | undefined> {
    if (this.#use?.name === name) return this.#use.opening;
    const ending = this.#end(this.#use);
    const opening = isPromise(ending)
      ? ending.then(() => this.#turnTo(name, context))
      : this.#turnTo(name, context);
    const use = { name, opening };
    this.#use = use;
    // What was not opened is asked for anew the next time.
    const forget = (): void => {
      if (this.#use === use) this.#use = undefined;
    };
    const look = (opened: OpenExport | undefined): void => {
      if (opened === undefined) forget();
    };
    if (isPromise(opening)) void opening.then(look, forget);
    else look(opening);
    return opening;
  }

  /** What is open counts for no name any more: the next that is asked for closes it and is opened anew. */
  forget(): void {
    if (this.#use !== undefined) this.#use = { ...this.#use, name: undefined };
  }

  /** Closes what is open or being opened, for good. A failure is told, never thrown (C-284). */
  release(): Awaitable<void> {
    this.#released = true;
    return this.#end(this.#use);
  }

  #turnTo(name: string, context: ExportContext): Awaitable<OpenExport | undefined> {
    return this.#released ? undefined : this.#source.open(name, context);
  }

  #end(use: Use | undefined): Awaitable<void> {
    if (use === undefined) return undefined;
    if (this.#use === use) this.#use = undefined;
    const { opening } = use;
    if (!isPromise(opening)) return this.#close(opening);
    return opening.then(
      (opened) => this.#close(opened),
      () => undefined,
    );
  }

  #close(opened: OpenExport | undefined): Awaitable<void> {
    try {
      const closing = opened?.close();
      return isPromise(closing) ? closing.then(undefined, this.#closeFailed) : undefined;
    } catch (error) {
      this.#closeFailed(error);
      return undefined;
    }
  }
}
