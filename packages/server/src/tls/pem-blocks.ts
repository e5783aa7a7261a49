/** Texts in PEM may hold several things, one behind the other, where Node looks at the first alone. */

/**
 * The blocks of that label, such as "CERTIFICATE"; the last may be cut off. Of a text without any, the
 * whole: whoever reads it will refuse it.
 */
export function pemBlocks(text: string, label: string): readonly string[] {
  const begin = `-----BEGIN ${label}-----`;
  const blocks = text.split(/^(?=-----BEGIN )/m).filter((block) => block.startsWith(begin));
  return blocks.length === 0 ? [text] : blocks;
}
