/**
 * The export that a connection has open: at most one at a time, opened when it is named and closed
 * exactly once, whatever way the connection ends.
 */
import type { ExportContext, ExportSource, OpenExport } from '@nbd/driver';

interface Use {
  /** The name that it was asked for by; undefined: it is not to be found under any. */
  readonly name: string | undefined;
  readonly opening: Promise<OpenExport | undefined>;
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
   * other that is open is closed first (C-124).
   */
  async open(name: string, context: ExportContext): Promise<OpenExport | undefined> {
    const use =
      this.#use?.name === name ? this.#use : { name, opening: this.#turnTo(name, context) };
    this.#use = use;
    let opened: OpenExport | undefined;
    try {
      opened = await use.opening;
      return opened;
    } finally {
      // What was not opened is asked for anew the next time.
      if (opened === undefined && this.#use === use) this.#use = undefined;
    }
  }

  /** What is open counts for no name any more: the next that is asked for closes it and is opened anew. */
  forget(): void {
    if (this.#use !== undefined) this.#use = { ...this.#use, name: undefined };
  }

  /** Closes what is open or being opened, for good. A failure is told, never thrown (C-284). */
  async release(): Promise<void> {
    this.#released = true;
    await this.#end(this.#use);
  }

  async #turnTo(name: string, context: ExportContext): Promise<OpenExport | undefined> {
    await this.#end(this.#use);
    return this.#released ? undefined : this.#source.open(name, context);
  }

  async #end(use: Use | undefined): Promise<void> {
    if (use === undefined) return;
    if (this.#use === use) this.#use = undefined;
    const opened = await use.opening.catch(() => undefined);
    try {
      await opened?.close();
    } catch (error) {
      this.#closeFailed(error);
    }
  }
}
