/** `nbd info`: what an export is and can do. */
import type { Capabilities, ExportInfo } from '@nbd/client';
import { spellBytes, spellSize } from './byte-count.ts';
import { askInfo, type ServerAccess } from './server-access.ts';
import type { TextOutput } from './standard-streams.ts';
import { visible, visibleJson, visibleName } from './visible-text.ts';

export interface InfoRequest {
  readonly kind: 'info';
  readonly uri: string;
  readonly json: boolean;
  readonly access: ServerAccess;
}

export async function infoCommand(request: InfoRequest, output: TextOutput): Promise<void> {
  const { uri, json, access } = request;
  const info = await askInfo(uri, access);
  await output.write(
    json ? `${visibleJson({ uri, ...infoRecord(info) })}\n` : describeInfo(uri, info),
  );
}

/** What `--json` shows of an export. The names of its fields are part of the contract of the program. */
export function infoRecord(info: ExportInfo): Readonly<Record<string, unknown>> {
  const { name, description, size, rotational, can, blockSize, contexts, framing, tls } = info;
  return { name, description, size, rotational, can, blockSize, contexts, framing, tls };
}

/** What an export can do, or what it cannot, in words. */
export function capabilityWords(can: Capabilities, sought: boolean): string {
  const words = Object.entries(WORDS)
    .filter(([key]) => can[key as keyof Capabilities] === sought)
    .map(([, word]) => word);
  return words.join(', ');
}

const WORDS: Readonly<Record<keyof Capabilities, string>> = {
  write: 'write',
  flush: 'flush',
  fua: 'FUA',
  trim: 'trim',
  zero: 'zero',
  fastZero: 'fast zero',
  cache: 'cache',
  resize: 'resize',
  multiConn: 'multi-conn',
};

const LABEL_COLUMNS = 12;

function describeInfo(uri: string, info: ExportInfo): string {
  const { blockSize, can, contexts } = info;
  const lines: readonly (readonly [label: string, text: string | undefined])[] = [
    ['export', `${visibleName(info.name)}${info.name === '' ? ' (the default)' : ''}`],
    ['description', info.description],
    ['size', spellSize(info.size)],
    ['can', capabilityWords(can, true) || 'only be read'],
    ['cannot', capabilityWords(can, false) || undefined],
    [
      'block size',
      `${spellBytes(blockSize.minimum)} minimum, ${spellBytes(blockSize.preferred)} preferred, ${spellBytes(blockSize.payloadMax)} maximum`,
    ],
    ['rotational', info.rotational ? 'yes' : 'no'],
    ['contexts', contexts.length === 0 ? 'none' : contexts.map(visibleName).join(', ')],
    ['framing', info.framing],
    ['tls', describeTls(info)],
    ['certificate', info.tls?.fingerprint && `SHA-256 ${info.tls.fingerprint}`],
  ];
  const rows = lines.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${label.padEnd(LABEL_COLUMNS)} ${visible(text)}\n`],
  );
  return `${visible(uri)}\n${rows.join('')}`;
}

function describeTls({ tls }: ExportInfo): string {
  if (tls === undefined) return 'no: in the clear';
  const trust = tls.verified ? 'the server is verified' : 'the server is NOT verified';
  return `${tls.protocol}, ${tls.cipher}, ${trust}`;
}
