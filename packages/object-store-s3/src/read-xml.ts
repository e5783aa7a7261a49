/** XML as stores send it: small, flat and untrusted. */
import { SaxesParser } from 'saxes';

/** What no store of sound mind sends: not well-formed, of another kind, or with definitions of its own. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** Told of each element when it ends: its name, that of the one around it, and the text that is in it directly. */
export type OnElement = (name: string, parent: string, text: string) => void;

/** Deeper than any answer of S3. */
const DEPTH_MAX = 16;

/**
 * Reads a document whose outermost element is named `root`. Namespaces are of no interest.
 *
 * @throws XmlError
 */
export function readXml(bytes: Uint8Array, root: string, onElement: OnElement): void {
  const parser = new SaxesParser();
  const names: string[] = [];
  const texts: string[] = [];
  parser.on('error', (error) => {
    throw new XmlError(`expected XML, found what is not: ${error.message}`);
  });
  parser.on('doctype', () => {
    throw new XmlError('expected XML without a document type, found one');
  });
  parser.on('opentag', ({ name }) => {
    if (names.length === 0 && name !== root) {
      throw new XmlError(`expected <${root}>, found <${name.slice(0, 100)}>`);
    }
    if (names.push(name) > DEPTH_MAX) throw new XmlError(`expected XML of ${DEPTH_MAX} levels`);
    texts.push('');
  });
  const addText = (text: string): void => {
    // What is outside the outermost element is white space.
    if (texts.length > 0) texts[texts.length - 1] += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const name = names.pop() ?? '';
    onElement(name, names.at(-1) ?? '', texts.pop() ?? '');
  });
  parser.write(decode(bytes)).close();
}

/** A text as the content of an element. Undefined: it has characters that XML cannot carry. */
export function escapeXml(text: string): string | undefined {
  if (NOT_XML.test(text)) return undefined;
  return text.replaceAll(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Control characters, of which XML 1.0 has hardly any, and what is no character. */
const NOT_XML = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/u;

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new XmlError('expected XML in UTF-8, found other bytes');
  }
}
