/** `nbd map`: the extents of an export, one row for each, as they come. */
import type { Client, Extent } from '@nbd/client';
import { describeStatus } from './extent-status.ts';
import { MapTotals } from './map-totals.ts';
import { failure, ProgramError } from './program-error.ts';
import { askInfo, checkReachable, openClient, type ServerAccess } from './server-access.ts';
import type { TextOutput } from './standard-streams.ts';
import { alignColumns } from './text-table.ts';
import { visibleJson, visibleName } from './visible-text.ts';

export interface MapRequest {
  readonly kind: 'map';
  readonly uri: string;
  /** The name of a meta context. */
  readonly context: string;
  /** Sums, in place of the extents. */
  readonly totals: boolean;
  readonly json: boolean;
  readonly access: ServerAccess;
}

/**
 * Memory does not grow with the number of extents.
 *
 * @throws ProgramError "failed", among others if the server does not have the context
 */
export async function mapCommand(request: MapRequest, output: TextOutput): Promise<void> {
  const { uri, access, context } = request;
  const client = await openClient(uri, { ...access, contexts: [context] });
  try {
    if (!client.info.contexts.includes(context)) throw await noContext(request);
    checkReachable(client);
    await (request.totals ? printTotals : printExtents)(client, request, output);
  } catch (error) {
    throw failure(error);
  } finally {
    await client.close();
  }
}

async function printExtents(
  client: Client,
  { context, json }: MapRequest,
  output: TextOutput,
): Promise<void> {
  const width = String(client.size).length;
  let first = true;
  if (json) await output.write('[');
  for await (const extent of client.extents({ context })) {
    if (json) await output.write(`${first ? '' : ','}\n${visibleJson(record(extent, context))}`);
    else await output.write(row(extent, context, width));
    first = false;
  }
  if (json) await output.write('\n]\n');
}

/** The names of the fields are those of `nbdinfo --map --json`. */
function record({ offset, length, flags }: Extent, context: string): unknown {
  return { offset, length, type: flags, description: describeStatus(context, flags) };
}

function row({ offset, length, flags }: Extent, context: string, width: number): string {
  const range = `${String(offset).padStart(width)}  ${String(length).padStart(width)}`;
  return `${range}  ${describeStatus(context, flags)}\n`;
}

async function printTotals(
  client: Client,
  { context, json }: MapRequest,
  output: TextOutput,
): Promise<void> {
  const totals = new MapTotals();
  for await (const extent of client.extents({ context })) totals.add(extent);
  const rows = totals.rows();
  if (json) {
    const records = rows.map(({ type, ...sums }) => ({
      ...sums,
      type,
      description: describeStatus(context, type),
    }));
    await output.write(`[${records.map((sum) => `\n${visibleJson(sum)}`).join(',')}\n]\n`);
    return;
  }
  const table = rows.map(({ type, size, percent, extents }) => ({
    size: String(size),
    percent: `${percent.toFixed(1)} %`,
    extents: `${extents} ${extents === 1 ? 'extent' : 'extents'}`,
    description: describeStatus(context, type),
  }));
  await output.write(alignColumns(table, ['size', 'percent', 'extents']));
}

/** The contexts that there are, since the server has been reached already. */
async function noContext({ uri, access, context }: MapRequest): Promise<ProgramError> {
  const { contexts } = await askInfo(uri, access);
  const found = contexts.length === 0 ? 'none' : contexts.map(visibleName).join(', ');
  return new ProgramError(
    'failed',
    `the export has no context ${visibleName(context)}; it has: ${found}`,
  );
}
