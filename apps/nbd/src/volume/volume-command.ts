/** `nbd volume`: what is asked of a store, done and told. */
import { type ObjectStore, VolumeError } from '@nbd/driver-object-store';
import type { StoreUrl } from '@nbd/object-store-s3/volume-url';
import { collectLate, s3Store, standardS3Settings } from '@nbd/object-store-s3';
import { failure, ProgramError } from '../program-error.ts';
import type { StandardStreams, TextOutput } from '../standard-streams.ts';
import { visibleJson } from '../visible-text.ts';
import { performAction } from './perform-action.ts';
import type { VolumeRequest } from './volume-args.ts';

/**
 * @throws ProgramError "failed" for what the store or a volume refuses, and for what a check finds; "wrong-usage" for a
 *   name, a size or a place that cannot be
 */
export async function volumeCommand(
  request: VolumeRequest,
  streams: StandardStreams,
  output: TextOutput,
): Promise<void> {
  const store = await openStore(request.store);
  try {
    const { record, text, fault } = await performAction(store, request, streams.stderr);
    await output.write(request.json ? `${visibleJson(record)}\n` : text);
    if (fault === undefined) return;
    await output.flush();
    throw new ProgramError('failed', fault);
  } catch (error) {
    throw isWrongUsage(error) ? wrongUsage(error) : failure(error);
  } finally {
    await store.close();
  }
}

/** What no volume can have is refused before the store is asked. */
function isWrongUsage(error: unknown): error is VolumeError {
  return error instanceof VolumeError && error.code === 'invalid';
}

function wrongUsage(error: Error): ProgramError {
  return new ProgramError('wrong-usage', error.message, { cause: error });
}

/** Where it is and who asks is in the environment, or in the files that Amazon's programs have. */
async function openStore(url: StoreUrl): Promise<ObjectStore> {
  // A check reads all of a volume.
  collectLate();
  try {
    return s3Store({ ...(await standardS3Settings()), ...url });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw wrongUsage(error);
  }
}
