/** Which pages may dial. A browser lets any page of the world do so, and says which it is. */

/**
 * Whether a page of `origin` may dial; without `allowed`, one that came from the same host and port as it dials.
 * No origin passes: that is no browser, and nobody's page can make one leave it out.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[] | 'any' | undefined,
): boolean {
  if (origin === undefined || allowed === 'any') return true;
  if (allowed !== undefined) return allowed.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
