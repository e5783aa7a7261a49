/**
 * A thread that serves, as the main thread has it.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import { writeForwarded } from './forward-log.ts';
import { fromPlainError } from './plain-error.ts';
import type {
  ClientReport,
  CommandName,
  Commands,
  Question,
  Report,
  ThreadSetup,
} from './thread-messages.ts';

/** Beside this file, in the language that this file is in. */
const ENTRY = new URL(`worker-thread${extname(import.meta.url)}`, import.meta.url);

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export interface ThreadOptions {
  readonly setup: ThreadSetup;
  /** Options of Node for the thread. Undefined: those of this process. */
  readonly execArgv: readonly string[] | undefined;
  readonly log: Log;
  /** A client has come or gone. */
  readonly visited: (report: ClientReport) => void;
  /** The thread has ended, and nobody had told it to. */
  readonly died: (error: Error) => void;
}

export class Thread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  readonly #log: Log;
  readonly #visited: (report: ClientReport) => void;
  #nextId = 0;
  #ending = false;
  /** Why it answers no more. */
  #death: Error | undefined;

  constructor({ setup, execArgv, log, visited, died }: ThreadOptions) {
    this.#log = log;
    this.#visited = visited;
    this.#worker = new Worker(ENTRY, {
      workerData: setup,
      ...(execArgv !== undefined && { execArgv: [...execArgv] }),
    });
    let cause: unknown;
    this.#worker.on('message', this.#hear);
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#worker.on('exit', (code) => {
      const reason = cause instanceof Error ? cause.message : `it left with code ${code}`;
      const which = `worker ${setup.index + 1} of ${setup.threads}`;
      const death = new Error(`${which} has died: ${reason}`, { cause });
      this.#death = death;
      for (const { reject } of this.#asked.values()) reject(death);
      this.#asked.clear();
      if (!this.#ending) died(death);
    });
  }

  /** Rejects with what the thread has thrown, or when it has died. When `signal` aborts, the thread is told, and answers soon. */
  async ask<Name extends CommandName>(
    name: Name,
    command: Commands[Name]['command'],
    signal?: AbortSignal,
  ): Promise<Commands[Name]['answer']> {
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const abandon = (): void => {
      // If it has died, it has given up.
      this.#ask(this.#nextId++, 'abandon', { id }).catch(() => undefined);
    };
    signal?.addEventListener('abort', abandon);
    try {
      return await this.#ask(id, name, command);
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  #ask<Name extends CommandName>(
    id: number,
    name: Name,
    command: Commands[Name]['command'],
  ): Promise<Commands[Name]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#death !== undefined) {
        reject(this.#death);
        return;
      }
      this.#asked.set(id, { resolve, reject });
      const question = { id, name, command } as Question;
      this.#worker.postMessage(question);
    });
  }

  /** Ends it, whatever it is doing. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  readonly #hear = (report: Report): void => {
    if (report.kind === 'log') {
      writeForwarded(this.#log, report);
      return;
    }
    if (report.kind === 'client') {
      this.#visited(report);
      return;
    }
    const asked = this.#asked.get(report.id);
    this.#asked.delete(report.id);
    if (report.kind === 'answer') asked?.resolve(report.answer as never);
    else asked?.reject(fromPlainError(report.error));
  };
}
