/** Each thing that can be done with volumes, and what is told of it then. */
import {
  checkVolume,
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  listVolumes,
  type ObjectStore,
  resizeVolume,
  snapshotVolume,
  takeOverVolume,
  VolumeError,
  volumeInfo,
  volumeUsage,
} from '@nbd/driver-object-store';
import type { StandardStreams } from '../standard-streams.ts';
import { showCount } from './count-line.ts';
import type { VolumeRequest } from './volume-args.ts';
import { checkText, infoText, type ListedVolume, listText, ownerText } from './volume-texts.ts';

export interface Told {
  /** For `--json`. The names of its fields are part of the contract of the program. */
  readonly record: unknown;
  readonly text: string;
  /** Why the program is to end as one that failed, although it did what was asked. */
  readonly fault?: string;
}

/** Does it. Rejects with a `VolumeError` or a `StoreError`. `terminal` is shown how far it is, if it is one. */
export async function performAction(
  store: ObjectStore,
  request: VolumeRequest,
  terminal: StandardStreams['stderr'],
): Promise<Told> {
  switch (request.action) {
    case 'create': {
      const { volume, size, chunkBytes } = request;
      await createVolume(store, { volume, size, ...(chunkBytes !== undefined && { chunkBytes }) });
      return tellInfo(store, volume);
    }
    case 'info':
      return request.usage ? tellUsage(store, request.volume) : tellInfo(store, request.volume);
    case 'list':
      return tellList(store);
    case 'snapshot':
      await snapshotVolume(store, request);
      return tellInfo(store, request.volume);
    case 'clone':
      await cloneVolume(store, request);
      return tellInfo(store, request.clone);
    case 'resize':
      await resizeVolume(store, { volume: request.volume, size: request.size });
      return tellInfo(store, request.volume);
    case 'takeover': {
      const owner = await takeOverVolume(store, { volume: request.volume });
      return { record: { volume: request.volume, owner }, text: ownerText(owner) };
    }
    case 'check':
      return check(store, request, terminal);
    case 'delete':
      return remove(store, request, terminal);
  }
}

async function tellInfo(store: ObjectStore, volume: string): Promise<Told> {
  const record = await volumeInfo(store, volume);
  return { record, text: infoText(store.name, record) };
}

async function tellUsage(store: ObjectStore, volume: string): Promise<Told> {
  const [info, usage] = await Promise.all([volumeInfo(store, volume), volumeUsage(store, volume)]);
  return { record: { ...info, usage }, text: infoText(store.name, info, usage) };
}

async function tellList(store: ObjectStore): Promise<Told> {
  const found: ListedVolume[] = [];
  for await (const volume of listVolumes(store)) {
    found.push(await volumeInfo(store, volume).catch((error: unknown) => fault(volume, error)));
  }
  return { record: found, text: listText(found) };
}

/** What is wrong with a volume that is there. */
function fault(volume: string, error: unknown): ListedVolume {
  if (!(error instanceof VolumeError)) throw error;
  return { volume, error: { code: error.code, message: error.message } };
}

async function check(
  store: ObjectStore,
  { volume, progress }: VolumeRequest & { readonly action: 'check' },
  terminal: StandardStreams['stderr'],
): Promise<Told> {
  const line = showCount(terminal, progress);
  try {
    const record = await checkVolume(store, {
      volume,
      onProgress: ({ checked, total }) => line.show(`${checked} of ${total} objects`),
    });
    const { length } = record.damaged;
    return {
      record,
      text: checkText(record),
      ...(length > 0 && { fault: `objects of ${volume} that are missing or damaged: ${length}` }),
    };
  } finally {
    line.hide();
  }
}

async function remove(
  store: ObjectStore,
  request: VolumeRequest & { readonly action: 'delete' },
  terminal: StandardStreams['stderr'],
): Promise<Told> {
  const { volume, snapshot, takeOver, progress } = request;
  if (snapshot !== undefined) {
    await deleteSnapshot(store, { volume, snapshot });
    return tellInfo(store, volume);
  }
  let deleted = 0;
  const line = showCount(terminal, progress);
  try {
    await deleteVolume(store, {
      volume,
      takeOver,
      onProgress: (objects) => {
        deleted = objects;
        line.show(`${objects} objects deleted`);
      },
    });
  } finally {
    line.hide();
  }
  return { record: { volume, deleted }, text: `${volume} is deleted, with ${deleted} objects\n` };
}
