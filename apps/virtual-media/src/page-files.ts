/** Serves the files of the built page, which are few and small. */
import { readdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': "default-src 'self'; img-src data:; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Reads what is in `folder` once, and answers it from then on.
 *
 * @throws Error of Node's, ENOENT, if there is no such folder: the page was not built
 */
export function pageFiles(folder: string): RequestListener {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(
      path.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/'),
      readFileSync(path),
    );
  }
  return ({ method, url = '' }, response) => {
    const [path = ''] = url.split('?');
    const found = path === '/' ? '/index.html' : path;
    const bytes = files.get(found);
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405).end();
    else if (bytes === undefined) response.writeHead(404, HEADERS).end();
    else {
      const type = TYPES[extname(found)] ?? 'application/octet-stream';
      response.writeHead(200, { ...HEADERS, 'Content-Type': type }).end(bytes);
    }
  };
}
