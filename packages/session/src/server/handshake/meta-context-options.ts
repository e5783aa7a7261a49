/**
 * The two options about meta contexts: LIST tells what there is, SET selects.
 * Spec: proto.md, "Metadata querying".
 *
 *   query            LIST                  SET
 *   none at all      every context         nothing (C-152, C-155)
 *   a whole name     that context          that context
 *   ends in a colon  all that begin so     nothing (C-153, C-154)
 *   anything else    nothing               nothing (C-150, C-151)
 */
import { decodeMetaContextRequest, Option } from '@nbd/codec';
import type { ContextsAsked } from '../event.ts';
import type { MetaContext } from '../../agreement/terms.ts';

/** A context that an export has. */
export interface AvailableContext {
  readonly name: string;
  /** Its values need more than 32 bits, so only extended headers can tell them (C-163). */
  readonly wide?: true;
}

/** What was asked about contexts, kept while the host looks for the export. */
export interface ContextsQuestion extends ContextsAsked {
  readonly queries: readonly string[];
}

/**
 * Reads LIST_META_CONTEXT and SET_META_CONTEXT.
 *
 * @throws WireError for data that is not such a request
 */
export function readContextsRequest(option: number, data: Uint8Array): ContextsQuestion {
  const { exportName, queries } = decodeMetaContextRequest(data);
  return { kind: 'contexts', option, exportName, queries };
}

/** The contexts that the question matches, each once (C-156), with the ids that the client is told (C-164). */
export function matchingContexts(
  { option, queries }: ContextsQuestion,
  available: readonly AvailableContext[],
): readonly MetaContext[] {
  const isList = option === Option.LIST_META_CONTEXT;
  const names = available.map(({ name }) => name);
  if (isList) {
    const asked = names.filter((name) => queries.length === 0 || queries.some(beginsOrIs(name)));
    return asked.map((name) => ({ id: 0, name }));
  }
  const wanted = new Set(queries);
  return names.filter((name) => wanted.has(name)).map((name, i) => ({ id: i + 1, name }));
}

function beginsOrIs(name: string): (query: string) => boolean {
  return (query) => query === name || (query.endsWith(':') && name.startsWith(query));
}
