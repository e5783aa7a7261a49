/**
 * The entry of a thread that accepts clients and serves them. It does what it is asked to, and ends when the main
 * thread ends it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { forwardingLog } from './forward-log.ts';
import { toPlainError } from './plain-error.ts';
import { ServingThread } from './serving-thread.ts';
import type { Question, Report, ThreadSetup } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('expected to run in a worker thread');

const send = (report: Report): void => port.postMessage(report);
const setup = workerData as ThreadSetup;
const thread = new ServingThread(setup, forwardingLog(setup.levels, send), send);

port.on('message', (question: Question) => {
  const { id } = question;
  thread.answer(question).then(
    (answer) => send({ kind: 'answer', id, answer }),
    (error: unknown) => send({ kind: 'failure', id, error: toPlainError(error) }),
  );
});
