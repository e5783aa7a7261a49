/** What a client asks for, one thing after the other, as the choices of an input say. */
import { Option } from '@nbd/codec';
import type { ClientSession, ReplyMode } from '@nbd/session';

/** What one more option is asked for with. */
type Wish = (session: ClientSession) => void;

const CONTEXTS = ['base:allocation', 'x-test:map'];
const extended: Wish = (session) => session.requestExtendedHeaders();
const structured: Wish = (session) => session.requestStructuredReplies();
const list: Wish = (session) => session.list();
const listContexts: Wish = (session) => session.listContexts('disk', ['base:']);
const setContexts: Wish = (session) => session.setContexts('disk', CONTEXTS);
const info: Wish = (session) => session.info('disk');
const go: Wish = (session) => session.go('disk');
const exportName: Wish = (session) => session.exportName('disk');
const startTls: Wish = (session) => session.startTls();

/** Each a way through the haggling; the first choice says which. */
export const WAYS: readonly (readonly Wish[])[] = [
  [go],
  [structured, setContexts, go],
  [extended, setContexts, go],
  [list, listContexts, info, structured, info, go],
  [exportName],
  [startTls, extended, setContexts, go],
  [structured, extended, setContexts, setContexts, go, go, go],
  [go, go, go, exportName],
];

/** The options that a way asks for until it is let in, in order. */
export const WAY_OPTIONS: readonly (readonly number[])[] = [
  [Option.GO],
  [Option.STRUCTURED_REPLY, Option.SET_META_CONTEXT, Option.GO],
  [Option.EXTENDED_HEADERS, Option.SET_META_CONTEXT, Option.GO],
  [
    Option.LIST,
    Option.LIST_META_CONTEXT,
    Option.INFO,
    Option.STRUCTURED_REPLY,
    Option.INFO,
    Option.GO,
  ],
  [Option.EXPORT_NAME],
  [Option.STARTTLS, Option.EXTENDED_HEADERS, Option.SET_META_CONTEXT, Option.GO],
  [
    Option.STRUCTURED_REPLY,
    Option.EXTENDED_HEADERS,
    Option.SET_META_CONTEXT,
    Option.SET_META_CONTEXT,
    Option.GO,
  ],
  [Option.GO],
];

/** The form of replies that each way leads to. */
export const WAY_MODES: readonly ReplyMode[] = [
  'simple',
  'structured',
  'extended',
  'structured',
  'simple',
  'extended',
  'extended',
  'simple',
];
