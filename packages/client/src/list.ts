/** Questions about a server, for which a connection is made and ended. */
import { checkOptionNames } from './check-option-names.ts';
import type { RequestOptions } from './client.ts';
import { REACH_OPTIONS, type ReachOptions } from './connect-options.ts';
import type { ExportInfo, ExportListing } from './export-info.ts';
import { describeExport, listExports } from './list-exports.ts';
import { NbdError } from './nbd-error.ts';
import { type Reach, reachOf, type Target } from './reach.ts';

/** An export in a list, with all that the server tells of it. */
export interface DescribedExport extends ExportListing {
  /** Absent: it cannot be told, and `error` says why. */
  readonly info?: ExportInfo;
  readonly error?: NbdError;
}

export interface InfoOptions extends ReachOptions {
  /** The export, in place of the one that the URI names. */
  readonly exportName?: string | undefined;
}

const INFO_OPTIONS: { readonly [Name in keyof Required<InfoOptions>]: true } = {
  ...REACH_OPTIONS,
  exportName: true,
};

/**
 * The exports that a server tells of, in its order. The export that the URI names does not matter.
 *
 * @throws as `connect` does; with code ERR_POLICY or ERR_UNSUP if the server lists nothing
 */
export async function list(
  target: Target,
  options: ReachOptions = {},
): Promise<readonly ExportListing[]> {
  checkOptionNames(options, REACH_OPTIONS);
  return listExports(reachOf(target, options), options.signal);
}

/** As `list`, and each export described over a connection of its own, one after the other. */
export async function listWithInfo(
  target: Target,
  options: ReachOptions = {},
): Promise<readonly DescribedExport[]> {
  checkOptionNames(options, REACH_OPTIONS);
  const reach = reachOf(target, options);
  const described: DescribedExport[] = [];
  for (const listing of await listExports(reach, options.signal)) {
    described.push(await describe(listing, reach, options));
  }
  return described;
}

/**
 * What a server tells of an export, without entering it: among it the names of all its meta contexts.
 *
 * @throws as `connect` does; with code ERR_UNKNOWN for an export that is not there
 */
export async function info(target: Target, options: InfoOptions = {}): Promise<ExportInfo> {
  checkOptionNames(options, INFO_OPTIONS);
  return describeExport(reachOf(target, options), options.signal);
}

async function describe(
  listing: ExportListing,
  reach: Reach,
  { signal }: RequestOptions,
): Promise<DescribedExport> {
  try {
    const found = await describeExport({ ...reach, exportName: listing.name }, signal);
    return { ...listing, info: found };
  } catch (error) {
    if (error instanceof NbdError) return { ...listing, error };
    throw error;
  }
}
