/** `nbd list`: the exports of a server. */
import type { DescribedExport, ExportListing } from '@nbd/client';
import { spellBytes } from './byte-count.ts';
import { capabilityWords, infoRecord } from './info-command.ts';
import { ProgramError } from './program-error.ts';
import { askList, askLongList, type ServerAccess } from './server-access.ts';
import type { TextOutput } from './standard-streams.ts';
import { alignColumns } from './text-table.ts';
import { visible, visibleJson, visibleName } from './visible-text.ts';

export interface ListRequest {
  readonly kind: 'list';
  readonly uri: string;
  readonly long: boolean;
  readonly json: boolean;
  readonly access: ServerAccess;
}

/**
 * @throws ProgramError "failed" if an export of a long list cannot be described, once those that can be
 * have been printed
 */
export async function listCommand(request: ListRequest, output: TextOutput): Promise<void> {
  const { uri, access, long, json } = request;
  if (!long) {
    const listings = await askList(uri, access);
    await output.write(json ? jsonRows(listings) : alignColumns(listings.map(shortRow)));
    return;
  }
  const described = await askLongList(uri, access);
  await output.write(
    json ? jsonRows(described.map(longRecord)) : alignColumns(described.map(longRow), ['size']),
  );
  const failed = described.filter(({ error }) => error !== undefined).length;
  if (failed === 0) return;
  await output.flush();
  throw new ProgramError('failed', `exports that could not be described: ${failed}`);
}

/** A row of a table. */
type Row = Readonly<Record<string, string>>;

function shortRow({ name, description = '' }: ExportListing): Row {
  return { name: visibleName(name), description: visible(description) };
}

function longRow({ name, description = '', info, error }: DescribedExport): Row {
  return {
    name: visibleName(name),
    size: info === undefined ? '?' : spellBytes(info.size),
    can: info === undefined ? visible(error?.message ?? '') : capabilityWords(info.can, true),
    description: visible(description),
  };
}

function longRecord({ name, description, info, error }: DescribedExport): unknown {
  return {
    name,
    description,
    ...(info !== undefined && infoRecord(info)),
    ...(error !== undefined && { error: { code: error.code, message: error.message } }),
  };
}

function jsonRows(rows: readonly unknown[]): string {
  return `[${rows.map((row) => `\n${visibleJson(row)}`).join(',')}\n]\n`;
}
