/**
 * Which means a file is read by: the best that this machine and the file's own file system offer, or
 * the one that was asked for.
 */
import { adaptiveReads } from './adaptive-reads.ts';
import { asyncReads } from './async-reads.ts';
import type { Environment } from '../system/environment.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { FileOpenError } from '../file/file-open-error.ts';
import { knowsNoWait, nowaitReads } from './nowait-reads.ts';
import type { Means, Reads } from './reads.ts';
import { joinRing, leaveRing, ringCanRead, uringReads } from './uring-reads.ts';

/** A means by name, or 'auto' for the best there is. */
export type IoChoice = 'auto' | Means;

/** Why a means is not to be had. */
interface Unavailable {
  readonly unavailable: string;
}

/** The reads of `file`, whose size is `size` bytes. Throws `FileOpenError("unavailable")` for a named means that is not to be had. */
export function chooseReads(
  io: IoChoice,
  file: FileInUse,
  size: number,
  environment: Environment,
  notice: (text: string) => void,
): Reads {
  if (io === 'auto') return chooseBest(file, size, environment, notice);
  const offer = OFFERS[io](file, size, environment);
  if ('unavailable' in offer) {
    throw new FileOpenError(
      'unavailable',
      `${file.path}: io "${io}" is not available: ${offer.unavailable}`,
    );
  }
  notice(`${file.path}: reads by ${WORDS[io]}`);
  return offer;
}

const WORDS: Readonly<Record<Means, string>> = {
  uring: 'io_uring',
  nowait: 'preadv2 with RWF_NOWAIT',
  adaptive: 'fs.readSync where cached, else in the thread pool',
  async: 'fs.read in the thread pool',
};

type Offer = (file: FileInUse, size: number, environment: Environment) => Reads | Unavailable;

const OFFERS: Readonly<Record<Means, Offer>> = {
  uring: offerUring,
  nowait: offerNowait,
  adaptive: (file, size, { clock }) => adaptiveReads(file, size, clock),
  async: (file) => asyncReads(file),
};

const NO_SYSTEM_CALLS: Unavailable = {
  unavailable: 'it needs 64-bit Linux and the optional package koffi',
};
const NO_RING: Unavailable = {
  unavailable: 'the system refuses io_uring, as many containers do',
};
const NO_NOWAIT: Unavailable = {
  unavailable: 'the file system does not know reads that do not wait (RWF_NOWAIT)',
};

function offerUring(
  file: FileInUse,
  _size: number,
  { systemCalls }: Environment,
): Reads | Unavailable {
  if (systemCalls === undefined) return NO_SYSTEM_CALLS;
  if (!knowsNoWait(file.fd, systemCalls)) return NO_NOWAIT;
  const ring = joinRing(systemCalls);
  if (ring === undefined) return NO_RING;
  if (!ringCanRead(file.fd, ring, systemCalls)) {
    leaveRing(systemCalls);
    return NO_RING;
  }
  file.whenClosed(() => leaveRing(systemCalls));
  return uringReads(file, ring, systemCalls);
}

function offerNowait(
  file: FileInUse,
  _size: number,
  { systemCalls }: Environment,
): Reads | Unavailable {
  if (systemCalls === undefined) return NO_SYSTEM_CALLS;
  if (!knowsNoWait(file.fd, systemCalls)) return NO_NOWAIT;
  return nowaitReads(file, systemCalls);
}

function chooseBest(
  file: FileInUse,
  size: number,
  environment: Environment,
  notice: (text: string) => void,
): Reads {
  for (const means of ['uring', 'nowait'] as const) {
    const offer = OFFERS[means](file, size, environment);
    if (!('unavailable' in offer)) {
      notice(`${file.path}: reads by ${WORDS[means]}`);
      return offer;
    }
    notice(`${file.path}: no reads by ${WORDS[means]}: ${offer.unavailable}`);
  }
  notice(`${file.path}: reads by ${WORDS.adaptive}`);
  return adaptiveReads(file, size, environment.clock);
}
