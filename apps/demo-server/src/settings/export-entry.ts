/**
 * An export as the command line and the configuration file have it: a SPEC, or in the file also an
 * object of a SPEC and what else there is to say of it.
 */
import { describeValue } from './describe-value.ts';
import { ProgramError } from '../program-error.ts';
import { parseSpec, type Spec } from './spec.ts';

/**
 * Reads such an entry; an object comes as a `Map`.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseExport(entry: unknown): Spec {
  if (typeof entry === 'string') return parseSpec(entry);
  if (!(entry instanceof Map)) {
    throw wrong(`expected a SPEC or an object with "spec", found ${describeValue(entry)}`);
  }
  const fields: ReadonlyMap<unknown, unknown> = entry;
  for (const key of fields.keys()) {
    if (key !== 'spec' && key !== 'tls') {
      throw wrong(`unknown key ${JSON.stringify(key)}, expected "spec" and "tls"`);
    }
  }
  const [spec, tls] = [fields.get('spec'), fields.get('tls')];
  if (typeof spec !== 'string') {
    throw wrong(
      `"spec": expected a SPEC, found ${fields.has('spec') ? describeValue(spec) : 'none'}`,
    );
  }
  if (!fields.has('tls')) return parseSpec(spec);
  if (tls !== 'require') throw wrong(`"tls": expected "require", found ${describeValue(tls)}`);
  return { ...parseSpec(spec), tls };
}

function wrong(message: string): ProgramError {
  return new ProgramError('wrong-usage', message);
}
