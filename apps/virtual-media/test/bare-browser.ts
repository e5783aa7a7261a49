/**
 * A browser that is watched by nobody. Playwright has Chromium report each message of a WebSocket, with all its bytes in
 * base64, which costs more than sending it; so what is measured is measured without.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { EXECUTABLE, FLAGS } from './browser.ts';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface ProcessInfo {
  readonly id: number;
  readonly type: string;
  readonly cpuTime: number;
}

export interface BarePage {
  /** What the expression comes to, which JSON must be able to say. */
  evaluate(expression: string): Promise<unknown>;
  /** Resolves when the expression is true. */
  until(expression: string): Promise<void>;
  setFile(selector: string, path: string): Promise<void>;
}

export interface BareBrowser {
  open(url: string): Promise<BarePage>;
  /** Of all its processes; `cpuTime` is in seconds. */
  processes(): Promise<readonly ProcessInfo[]>;
}

/** Between two looks whether something is so, milliseconds. */
const LOOK_MILLIS = 50;

/** Starts a browser with a profile of its own. Both are gone at the end of the test. */
export async function openBareBrowser(): Promise<BareBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const args = [
    ...FLAGS,
    '--headless=new',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(EXECUTABLE, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => {
    child.on('close', resolve);
  });
  // What it has not said when it is killed is of no interest.
  for (const pipe of child.stdio) pipe?.on('error', () => undefined);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const call = callerOver(
    child.stdio[3] as NodeJS.WritableStream,
    child.stdio[4] as NodeJS.ReadableStream,
  );
  return {
    async processes() {
      const found = await call('SystemInfo.getProcessInfo', {});
      return (found as { readonly processInfo: readonly ProcessInfo[] }).processInfo;
    },
    async open(url) {
      const { targetId } = (await call('Target.createTarget', { url })) as { targetId: string };
      const { sessionId } = (await call('Target.attachToTarget', { targetId, flatten: true })) as {
        sessionId: string;
      };
      return pageOver((method, params) => call(method, params, sessionId));
    },
  };
}

type Call = (method: string, params: object, sessionId?: string) => Promise<unknown>;

/** Messages are JSON, each followed by a NUL. */
function callerOver(orders: NodeJS.WritableStream, answers: NodeJS.ReadableStream): Call {
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  let rest = '';
  answers.setEncoding('utf8').on('data', (text: string) => {
    const messages = `${rest}${text}`.split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer;
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    }
  });
  return async (method, params, sessionId) => {
    const id = ++calls;
    const answered = new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
    });
    orders.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answered;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
}

function pageOver(call: (method: string, params: object) => Promise<unknown>): BarePage {
  const evaluate = async (expression: string): Promise<unknown> => {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const found = (await call('Runtime.evaluate', params)) as {
      readonly result: { readonly value?: unknown };
      readonly exceptionDetails?: { readonly text: string };
    };
    if (found.exceptionDetails !== undefined) throw new Error(found.exceptionDetails.text);
    return found.result.value;
  };
  return {
    evaluate,
    async until(expression) {
      while ((await evaluate(expression)) !== true) {
        await new Promise((resolve) => {
          setTimeout(resolve, LOOK_MILLIS);
        });
      }
    },
    async setFile(selector, path) {
      const expression = `document.querySelector(${JSON.stringify(selector)})`;
      const { result } = (await call('Runtime.evaluate', { expression })) as {
        readonly result: { readonly objectId: string };
      };
      await call('DOM.setFileInputFiles', { objectId: result.objectId, files: [path] });
    },
  };
}
