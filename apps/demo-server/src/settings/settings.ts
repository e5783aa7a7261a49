/**
 * What can be set, from wherever it comes: the command line, the environment, a configuration file.
 * One schema, so that all three keep the same rules in the same words.
 */
import { parseAddress, type TlsMode } from '@nbd/server';
import * as v from 'valibot';
import { describeValue } from './describe-value.ts';
import { parseExport } from './export-entry.ts';
import { type Limits, parseLimit } from './limits.ts';
import { type MetricsAddress, parseMetricsAddress } from '../metrics/metrics-address.ts';
import { failure, ProgramError } from '../program-error.ts';
import { parseSocketMode } from './socket-mode.ts';
import type { Spec } from './spec.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export const TLS_MODES: readonly TlsMode[] = ['off', 'on', 'require'];

/** What one source says. Absent: the next source decides. */
export interface Settings {
  /** NBD URIs, checked. */
  readonly listen?: readonly string[];
  /** Of the files of Unix sockets. */
  readonly socketMode?: number;
  /** Paths; each is an export named by its last part. */
  readonly files?: readonly string[];
  /** In the order they were given. */
  readonly exports?: ReadonlyMap<string, Spec>;
  readonly readOnly?: boolean;
  /** Of addresses that say `nbd:`. */
  readonly tls?: TlsMode;
  /** The path of a folder. */
  readonly tlsCertificates?: string;
  readonly tlsVerifyPeer?: boolean;
  /** The path of a file of keys. */
  readonly tlsPsk?: string;
  readonly maxConnections?: number;
  /** Threads that accept and serve. */
  readonly workers?: number;
  /** Seconds; 0 is for ever. */
  readonly handshakeTimeout?: number;
  /** Seconds. */
  readonly shutdownTimeout?: number;
  /** Those that are said, in the units of the server. */
  readonly limits?: Limits;
  /** Where metrics are to be had. */
  readonly metrics?: MetricsAddress;
  readonly logLevel?: LogLevel;
  readonly logFormat?: LogFormat;
}

/** Where in the source a value stands: keys of objects and places in lists. */
export type SettingPath = readonly (string | number)[];

/** Beyond any machine that this is for. */
const WORKERS_MAX = 128;
/** The longest that a timer can wait is 2^31 - 1 milliseconds. */
const SECONDS_MAX = 2_147_483;

/**
 * Checks what a source said and puts it into our terms; objects other than `input` itself are `Map`s.
 *
 * @throws ProgramError "wrong-usage" that begins with what `where` answers for the path of the mistake
 */
export function parseSettings(input: object, where: (path: SettingPath) => string): Settings {
  const result = v.safeParse(SETTINGS, input, { abortEarly: true });
  if (result.success) return result.output;
  const [{ message, path = [] }] = result.issues;
  throw new ProgramError(
    'wrong-usage',
    `${where(path.map(({ key }) => key as string | number))}: ${message}`,
  );
}

/** The message of an issue: what was expected, and what is there in its place. */
function expected(what: string): (issue: v.BaseIssue<unknown>) => string {
  return ({ input }) => `expected ${what}, found ${describeValue(input)}`;
}

const text = v.string(expected('a text'));
const path = v.pipe(text, v.nonEmpty(expected('a path')));

/** A value of `schema` that `parse` reads; what it throws becomes the issue. */
function parsed<I, T>(
  schema: v.GenericSchema<unknown, I>,
  parse: (value: I) => T,
): v.GenericSchema<unknown, T> {
  return v.pipe(
    schema,
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        addIssue({ message: failure('wrong-usage', error).message });
        return NEVER;
      }
    }),
  );
}

function listOf<T>(item: v.GenericSchema<unknown, T>, what: string): v.GenericSchema<unknown, T[]> {
  return v.pipe(v.array(item, expected(what)), v.minLength(1, expected(what)));
}

function wholeNumber(minimum: number): v.GenericSchema<unknown, number> {
  const message = expected(`a whole number of at least ${minimum}`);
  return v.pipe(v.number(message), v.safeInteger(message), v.minValue(minimum, message));
}

function wholeNumberUpTo(maximum: number): v.GenericSchema<unknown, number> {
  const message = expected(`a whole number from 1 to ${maximum}`);
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(1, message),
    v.maxValue(maximum, message),
  );
}

function seconds(): v.GenericSchema<unknown, number> {
  const message = expected(`seconds from 0 to ${SECONDS_MAX}`);
  return v.pipe(v.number(message), v.minValue(0, message), v.maxValue(SECONDS_MAX, message));
}

function oneOf<const T extends string>(values: readonly T[]): v.GenericSchema<unknown, T> {
  return v.picklist(values, expected(`one of ${values.join(', ')}`));
}

const address = parsed(text, (uri) => {
  parseAddress(uri);
  return uri;
});

/** Each limit by itself, so that a mistake is told of the line that it is on. */
const limits: v.GenericSchema<unknown, Limits> = v.pipe(
  v.map(text, v.unknown(), expected('an object of LIMIT: VALUE')),
  v.rawTransform(({ dataset: { value: input }, addIssue, NEVER }) => {
    const found: Record<string, number> = {};
    for (const [key, value] of input) {
      try {
        found[key] = parseLimit(key, value);
      } catch (error) {
        const { message } = failure('wrong-usage', error);
        addIssue({ message, path: [{ type: 'map', origin: 'value', input, key, value }] });
        return NEVER;
      }
    }
    return found;
  }),
);

const ENTRIES = {
  listen: v.exactOptional(listOf(address, 'a list of NBD URIs')),
  socketMode: v.exactOptional(parsed(text, parseSocketMode)),
  files: v.exactOptional(listOf(path, 'a list of paths')),
  exports: v.exactOptional(
    v.map(
      text,
      parsed(v.unknown(), parseExport),
      expected('an object of NAME: SPEC'),
    ) as v.GenericSchema<unknown, Map<string, Spec>>,
  ),
  readOnly: v.exactOptional(v.boolean(expected('true or false'))),
  tls: v.exactOptional(oneOf(TLS_MODES)),
  tlsCertificates: v.exactOptional(text),
  tlsVerifyPeer: v.exactOptional(v.boolean(expected('true or false'))),
  tlsPsk: v.exactOptional(text),
  maxConnections: v.exactOptional(wholeNumber(1)),
  workers: v.exactOptional(wholeNumberUpTo(WORKERS_MAX)),
  handshakeTimeout: v.exactOptional(seconds()),
  shutdownTimeout: v.exactOptional(seconds()),
  limits: v.exactOptional(limits),
  metrics: v.exactOptional(parsed(text, parseMetricsAddress)),
  logLevel: v.exactOptional(oneOf(LOG_LEVELS)),
  logFormat: v.exactOptional(oneOf(LOG_FORMATS)),
};

const SETTINGS = v.strictObject(
  ENTRIES,
  `unknown setting, expected one of ${Object.keys(ENTRIES).join(', ')}`,
);
