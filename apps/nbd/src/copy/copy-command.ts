/** `nbd copy`: from one end to another. */
import { performance } from 'node:perf_hooks';
import type { ConnectOptions } from '@nbd/client';
import { spellBytes } from '../byte-count.ts';
import { failure } from '../program-error.ts';
import { isUri, type ServerAccess } from '../server-access.ts';
import { type StandardStreams, TextOutput } from '../standard-streams.ts';
import { visibleJson } from '../visible-text.ts';
import { copy, type CopySettings } from './copy.ts';
import type { CopyTally } from './copy-tally.ts';
import type { Destination, Source } from './ends.ts';
import { openFileDestination, openFileSource } from './file-ends.ts';
import { openNbdDestination, openNbdSource } from './nbd-ends.ts';
import { type Progress, showProgressBar, spellSeconds } from './progress-bar.ts';
import { streamDestination, streamSource } from './stream-ends.ts';

export interface CopyRequest extends CopySettings {
  readonly kind: 'copy';
  /** A URI, a path, or "-". */
  readonly source: string;
  readonly destination: string;
  /** To each server that allows several. */
  readonly connections: number;
  /** To show a progress bar, at a terminal. */
  readonly progress: boolean;
  /** To print a summary as JSON. */
  readonly json: boolean;
  readonly access: ServerAccess;
}

/** `signal` tells that the program is about to end: the bar must not be in the way of what it says then. */
export async function copyCommand(
  request: CopyRequest,
  streams: StandardStreams,
  signal: AbortSignal,
): Promise<void> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const tally: CopyTally = { done: 0, read: 0, written: 0, zeroed: 0, skipped: 0 };
  try {
    await withEnd(await openSource(request, streams), async (source) =>
      withEnd(await openDestination(request, streams), async (destination) => {
        const hideBar = showBar(request, streams, () => ({
          done: tally.done,
          total: source.size,
          seconds: seconds(),
        }));
        signal.addEventListener('abort', hideBar);
        try {
          await copy(source, destination, request, tally);
        } finally {
          hideBar();
        }
      }),
    );
  } catch (error) {
    throw failure(error);
  }
  await summarize(request, streams, tally, seconds());
}

function openSource(request: CopyRequest, { stdin }: StandardStreams): Promise<Source> {
  const { source } = request;
  if (source === '-') return Promise.resolve(streamSource(stdin));
  return isUri(source) ? openNbdSource(source, connectOptions(request)) : openFileSource(source);
}

function openDestination(request: CopyRequest, { stdout }: StandardStreams): Promise<Destination> {
  const { source, destination } = request;
  if (destination === '-') return Promise.resolve(streamDestination(stdout));
  if (isUri(destination)) {
    return openNbdDestination(destination, connectOptions(request), request);
  }
  const sourcePath = source === '-' || isUri(source) ? undefined : source;
  return openFileDestination(destination, sourcePath, request);
}

function connectOptions(request: CopyRequest): ConnectOptions {
  const { access, connections, requests, requestSize } = request;
  return {
    ...access,
    connections,
    requestsMax: requests,
    bytesMax: requests * requestSize,
  };
}

/** Closes `end` behind `step`, whatever has come of that. Of two failures the first one is told. */
async function withEnd<End extends Source | Destination>(
  end: End,
  step: (end: End) => Promise<void>,
): Promise<void> {
  try {
    await step(end);
  } catch (error) {
    await Promise.allSettled([end.close()]);
    throw error;
  }
  await end.close();
}

/** Answers how to make it go. */
function showBar(
  { progress }: CopyRequest,
  { stderr }: StandardStreams,
  now: () => Progress,
): () => void {
  return isWatched(stderr, progress) ? showProgressBar(stderr, now) : () => undefined;
}

async function summarize(
  { json, progress }: CopyRequest,
  { stdout, stderr }: StandardStreams,
  { done, ...sums }: CopyTally,
  seconds: number,
): Promise<void> {
  if (json) {
    const output = new TextOutput(stdout);
    await output.write(`${visibleJson({ size: done, ...sums, seconds })}\n`);
    await output.flush();
  }
  if (!isWatched(stderr, progress)) return;
  const rate = spellBytes(Math.round(done / seconds));
  stderr.write(`${spellBytes(done)} in ${spellSeconds(seconds)}, ${rate}/s\n`);
}

function isWatched(stderr: StandardStreams['stderr'], progress: boolean): boolean {
  return progress && stderr.isTTY === true;
}
