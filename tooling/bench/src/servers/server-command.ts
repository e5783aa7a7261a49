/**
 * From a `--server` to what must be run: the templates filled in.
 */
import { join } from 'node:path';
import type { ServerSpec, Transport } from './server-spec.ts';
import { PRESETS } from './presets.ts';

/** Where servers live during one pass. */
export interface Place {
  readonly directory: string;
  readonly transport: Transport;
  /** A free port of 127.0.0.1; some servers need one even beside a Unix socket. */
  readonly port: number;
  /** Of the export, bytes. */
  readonly sizeBytes: number;
}

/** Where the export's data come from. "none": they cannot be filled, all reads are zeroes. */
export type Data = 'file' | 'memory' | 'none';

export interface ServerCommand {
  readonly name: string;
  /** For `sh -c`. */
  readonly line: string;
  readonly data: Data;
  readonly exportName: string;
  readonly transport: Transport;
  readonly port: number;
  /** The path of the Unix socket. */
  readonly socket: string;
  /** The data file; it is there only if `data` is "file". */
  readonly file: string;
  /** The folder of the certificates that TLS is to be used with. Undefined: no TLS. */
  readonly certificates: string | undefined;
  /** A file to write before the start. */
  readonly config: { readonly path: string; readonly text: string } | undefined;
  /** The file in which a server that goes to the background leaves its number. */
  readonly pidFile: string | undefined;
}

/** Whether its clients use TLS. */
export function speaksTls(spec: ServerSpec): boolean {
  return templateOf(spec).includes('$CERTIFICATES');
}

/** Fills in the templates of `spec`. */
export function serverCommand(spec: ServerSpec, place: Place): ServerCommand {
  const preset = spec.command === undefined ? PRESETS.get(spec.preset) : undefined;
  const template = templateOf(spec);
  const beside = (suffix: string): string => join(place.directory, `${spec.name}.${suffix}`);
  const { transport, port } = place;
  const files = { socket: beside('sock'), file: beside('img') };
  const values: Readonly<Record<string, string>> = {
    SOCK: files.socket,
    PORT: String(port),
    FILE: files.file,
    SIZE: String(place.sizeBytes),
    DIR: place.directory,
    CERTIFICATES: join(place.directory, 'certificates'),
    CONFIG: beside('conf'),
    PIDFILE: beside('pid'),
  };
  const fill = (text: string): string => fillTemplate(text, transport, values);
  const pinned = spec.processor === undefined ? '' : `taskset -c ${spec.processor} `;
  return {
    name: spec.name,
    // `exec` takes no assignments, `env` does.
    line: `exec ${pinned}${/^[A-Z_0-9]+=/.test(template) ? 'env ' : ''}${fill(template)}`,
    data: dataOf(`${template}\n${preset?.config ?? ''}`),
    exportName: preset?.exportName ?? '',
    transport,
    port,
    ...files,
    certificates: speaksTls(spec) ? values['CERTIFICATES'] : undefined,
    config:
      preset?.config === undefined
        ? undefined
        : { path: beside('conf'), text: fill(preset.config) },
    pidFile: template.includes('$PIDFILE') ? beside('pid') : undefined,
  };
}

function templateOf({ name, preset, command }: ServerSpec): string {
  const template = command ?? PRESETS.get(preset)?.command;
  if (template === undefined) throw new Error(`expected a preset or a command for ${name}`);
  return template;
}

/** The URI by which other programs reach the export. */
export function uriOf(command: ServerCommand): string {
  const { certificates, exportName, port, socket, transport } = command;
  const scheme = certificates === undefined ? 'nbd' : 'nbds';
  const query = [
    ...(transport === 'unix' ? [`socket=${socket}`] : []),
    ...(certificates === undefined ? [] : [`tls-certificates=${certificates}`]),
  ].join('&');
  const place =
    transport === 'unix'
      ? `${scheme}+unix://${certificates === undefined ? '' : 'localhost'}/${exportName}`
      : `${scheme}://127.0.0.1:${port}/${exportName}`;
  return query === '' ? place : `${place}?${query}`;
}

function fillTemplate(
  template: string,
  transport: Transport,
  values: Readonly<Record<string, string>>,
): string {
  return template
    .replaceAll(/\{(unix|tcp):([^}]*)\}/g, (_all, only: string, text: string) =>
      only === transport ? text : '',
    )
    .replaceAll(/\$([A-Z]+)/g, (word, name: string) => values[name] ?? word);
}

function dataOf(template: string): Data {
  if (template.includes('$FILE')) return 'file';
  return /(?<!\/dev\/)\bnull\b/.test(template) ? 'none' : 'memory';
}
