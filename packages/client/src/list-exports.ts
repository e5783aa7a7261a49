/** What a server has, without entering any of it. */
import { OptionReply } from '@nbd/codec';
import type { ExportInfo, ExportListing } from './export-info.ts';
import { exportInfoOf } from './export-info.ts';
import { agreeOnFraming, enter, INFOS, isRefusal, refusalOf, type Welcome } from './haggle.ts';
import { NbdError } from './nbd-error.ts';
import { withWelcome } from './open-link.ts';
import type { Reach } from './reach.ts';
import { spellName } from './spell-name.ts';

/** The exports that the server tells of, in its order. */
export function listExports(
  reach: Reach,
  signal: AbortSignal | undefined,
): Promise<readonly ExportListing[]> {
  return withWelcome(reach, signal, async (welcomed) => {
    const listings = await askForList(welcomed);
    void welcomed.link.close();
    return listings;
  });
}

/** All that the server tells of one export; it is not entered unless the server has no other way. */
export function describeExport(reach: Reach, signal: AbortSignal | undefined): Promise<ExportInfo> {
  return withWelcome(reach, signal, async (welcomed) => {
    const info = await askForInfo(welcomed, reach);
    void welcomed.link.close();
    return info;
  });
}

async function askForList({ link, fixedNewstyle }: Welcome): Promise<readonly ExportListing[]> {
  if (!fixedNewstyle) throw new NbdError('ERR_UNSUP', 'the server is too old to list its exports');
  const answer = await link.ask((session) => session.list());
  if (answer.kind !== 'listed') throw refusalOf(answer, 'the server does not list its exports');
  return answer.exports.map(({ name, description }) =>
    description === '' ? { name } : { name, description },
  );
}

async function askForInfo(welcomed: Welcome, reach: Reach): Promise<ExportInfo> {
  const { link, tls, fixedNewstyle } = welcomed;
  const { exportName } = reach;
  if (!fixedNewstyle) return infoByEntering(welcomed, reach);
  const framing = await agreeOnFraming(link, reach.framing);
  const listed = await link.ask((session) => session.listContexts(exportName, []));
  const contexts = listed.kind === 'contexts-listed' ? listed.names : [];
  const answer = await link.ask((session) => session.info(exportName, INFOS));
  if (answer.kind === 'info') return exportInfoOf(answer.offer, { framing, contexts, tls });
  if (framing !== 'extended' && isRefusal(answer, OptionReply.ERR_UNSUP)) {
    return infoByEntering(welcomed, { ...reach, framing: 'simple' });
  }
  throw refusalOf(answer, `cannot describe the export ${spellName(exportName)}`);
}

async function infoByEntering(welcomed: Welcome, reach: Reach): Promise<ExportInfo> {
  const entered = await enter(welcomed, reach, []);
  return exportInfoOf(entered, { framing: entered.replyMode, contexts: [], tls: welcomed.tls });
}
