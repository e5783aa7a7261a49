/**
 * The configuration file: the options of the command line as JSON.
 */
import { readFileSync } from 'node:fs';
import { type JsonDocument, JsonSyntaxError, parseJson } from './json-document.ts';
import { failure, ProgramError } from '../program-error.ts';
import { parseSettings, type SettingPath, type Settings } from './settings.ts';

/**
 * Reads and checks the file at `path`.
 *
 * @throws ProgramError "wrong-usage" that names the file and the line of the mistake
 */
export function readConfig(path: string): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw failure('wrong-usage', error, `${path} cannot be read`);
  }
  return parseConfig(text, path);
}

/** The same for the text of a file named `path`. */
export function parseConfig(text: string, path: string): Settings {
  const document = readDocument(text, path);
  const { value } = document;
  if (!(value instanceof Map)) {
    throw new ProgramError(
      'wrong-usage',
      `${path}:${document.lineOf([])}: expected an object in braces around all settings`,
    );
  }
  return parseSettings(Object.fromEntries(value), (place) => {
    const setting = describePlace(place);
    return `${path}:${document.lineOf(place)}${setting === '' ? '' : `: ${setting}`}`;
  });
}

function readDocument(text: string, path: string): JsonDocument {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ProgramError('wrong-usage', `${path}:${error.line}: ${error.message}`);
  }
}

/** The setting and, of an export, its name; places in lists go by their line. */
function describePlace([setting, key]: SettingPath): string {
  const name = typeof key === 'string' ? ` ${JSON.stringify(key)}` : '';
  return setting === undefined ? '' : `${setting}${name}`;
}
