/** `nbd volume ...`: from words to a request. */
import type { Command, OptionValues } from 'commander';
import {
  parseStoreUrl,
  parseVolumeUrl,
  type StoreUrl,
  type VolumeUrl,
} from '@nbd/object-store-s3/volume-url';
import { VOLUME_HELP } from '../help-texts.ts';
import { bytes, isOn } from '../option-words.ts';
import { ProgramError } from '../program-error.ts';

/** What is to be done with volumes of one store. */
type VolumeAction =
  | {
      readonly action: 'create';
      readonly volume: string;
      /** Bytes. */
      readonly size: number;
      /** Bytes; undefined: as suits the size. */
      readonly chunkBytes: number | undefined;
    }
  /** With `usage`, also what it takes in the store, for which all its objects are listed. */
  | { readonly action: 'info'; readonly volume: string; readonly usage: boolean }
  | { readonly action: 'list' }
  | { readonly action: 'snapshot'; readonly volume: string; readonly snapshot: string }
  | {
      readonly action: 'clone';
      readonly volume: string;
      readonly snapshot: string;
      readonly clone: string;
    }
  | { readonly action: 'resize'; readonly volume: string; readonly size: number }
  | { readonly action: 'takeover'; readonly volume: string }
  | { readonly action: 'check'; readonly volume: string }
  | {
      readonly action: 'delete';
      readonly volume: string;
      /** Undefined: all of the volume. */
      readonly snapshot: string | undefined;
      /** Also if a host has it. */
      readonly takeOver: boolean;
    };

export type VolumeRequest = VolumeAction & {
  readonly kind: 'volume';
  readonly store: StoreUrl;
  readonly json: boolean;
  /** To show how far it is, at a terminal. */
  readonly progress: boolean;
};

/** Adds the command and those below it to the program. */
export function describeVolume(program: Command, ask: (request: VolumeRequest) => void): void {
  const volumes = program
    .command('volume')
    .usage('COMMAND [options] ...')
    .description('Make, look at, copy and remove volumes in buckets')
    .helpCommand(false)
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', VOLUME_HELP);
  const add = (form: string, description: string): Command =>
    volumes
      .command(form)
      .description(description)
      .option('--json', 'print JSON, for programs')
      .helpOption('-h, --help', 'show this')
      .addHelpText('after', VOLUME_HELP);
  const asked = (store: StoreUrl, words: OptionValues, action: VolumeAction): void => {
    const progress = words['progress'] !== false;
    ask({ kind: 'volume', store, json: isOn(words, 'json'), progress, ...action });
  };

  add('create <URL>', 'Make a volume, which takes no space until it is written')
    .requiredOption('--size <BYTES>', 'how large it is', bytes)
    .option('--chunk-size <BYTES>', 'of its objects: a power of two (default: by its size)', bytes)
    .action((url: string, words: OptionValues) => {
      const { volume, ...store } = wholeVolume(url);
      const size = words['size'] as number;
      const chunkBytes = words['chunkSize'] as number | undefined;
      asked(store, words, { action: 'create', volume, size, chunkBytes });
    });
  add('info <URL>', 'Tell what a volume is, who has it, and its snapshots')
    .option('--usage', 'and what it takes in the store, for which all its objects are listed')
    .action((url: string, words: OptionValues) => {
      const { volume, ...store } = wholeVolume(url);
      asked(store, words, { action: 'info', volume, usage: isOn(words, 'usage') });
    });
  add('list <URL>', 'List the volumes of a bucket, or below a prefix in it').action(
    (url: string, words: OptionValues) => {
      asked(
        parsed(() => parseStoreUrl(url)),
        words,
        { action: 'list' },
      );
    },
  );
  add('snapshot <URL@NAME>', 'Keep a volume as it was at its last flush, under a name').action(
    (url: string, words: OptionValues) => {
      const { volume, snapshot, ...store } = snapshotOf(url);
      asked(store, words, { action: 'snapshot', volume, snapshot });
    },
  );
  add('clone <URL@NAME> <URL>', 'Make a volume that begins as a snapshot, without a copy').action(
    (url: string, to: string, words: OptionValues) => {
      const { volume, snapshot, ...store } = snapshotOf(url);
      const { volume: clone, ...other } = wholeVolume(to);
      if (store.bucket !== other.bucket || store.prefix !== other.prefix) {
        throw new ProgramError('wrong-usage', 'a clone is in the same place as its volume');
      }
      asked(store, words, { action: 'clone', volume, snapshot, clone });
    },
  );
  add('resize <URL>', 'Make a volume that nobody serves larger or smaller')
    .requiredOption('--size <BYTES>', 'its new size; what is behind it is gone', bytes)
    .action((url: string, words: OptionValues) => {
      const { volume, ...store } = wholeVolume(url);
      asked(store, words, { action: 'resize', volume, size: words['size'] as number });
    });
  add(
    'takeover <URL>',
    'Take a volume from the host that has it; what it has not flushed is lost',
  ).action((url: string, words: OptionValues) => {
    const { volume, ...store } = wholeVolume(url);
    asked(store, words, { action: 'takeover', volume });
  });
  add('check <URL>', 'Read all that counts of a volume, and tell what is missing or damaged')
    .option('--no-progress', 'do not show how far it is; it is shown at a terminal only')
    .action((url: string, words: OptionValues) => {
      const { volume, ...store } = wholeVolume(url);
      asked(store, words, { action: 'check', volume });
    });
  add('delete <URL[@NAME]>', 'Delete a volume with its snapshots, or one snapshot of it')
    .option('--take-over', 'also if a host has it open')
    .option('--no-progress', 'do not show how far it is; it is shown at a terminal only')
    .action((url: string, words: OptionValues) => {
      const { volume, snapshot, ...store } = parsed(() => parseVolumeUrl(url));
      const takeOver = isOn(words, 'takeOver');
      asked(store, words, { action: 'delete', volume, snapshot, takeOver });
    });
}

/** A URL without a snapshot. */
function wholeVolume(url: string): Omit<VolumeUrl, 'snapshot'> {
  const { snapshot, ...volume } = parsed(() => parseVolumeUrl(url));
  if (snapshot === undefined) return volume;
  throw new ProgramError('wrong-usage', `expected a volume without @${snapshot}`);
}

/** A URL with one. */
function snapshotOf(url: string): VolumeUrl & { readonly snapshot: string } {
  const { snapshot, ...volume } = parsed(() => parseVolumeUrl(url));
  if (snapshot !== undefined) return { ...volume, snapshot };
  throw new ProgramError('wrong-usage', `expected s3://BUCKET[/PREFIX]/VOLUME@SNAPSHOT`);
}

function parsed<Url>(parse: () => Url): Url {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ProgramError('wrong-usage', error.message, { cause: error });
  }
}
