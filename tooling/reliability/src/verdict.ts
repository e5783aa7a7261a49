/** What a run of one server comes to, in words. */

/** `inOrder`: a sound server has kept its promises, or a control was found out. */
export function verdict(inOrder: boolean, { sound }: { readonly sound: boolean }): string {
  if (sound) return inOrder ? 'in order' : 'PROMISE BROKEN';
  return inOrder ? 'found out, as a control must be' : 'NOT FOUND OUT, although it is not sound';
}
