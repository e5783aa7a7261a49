/** The script of the page: runs every check, and leaves the verdicts in the body as JSON. */
import { runChecks } from './check.ts';
import { pageChecks } from './page-checks.ts';
import type { Vector } from './vector-checks.ts';

const vectors = (await (await fetch('/vectors.json')).json()) as readonly Vector[];
document.body.textContent = JSON.stringify(await runChecks(pageChecks(vectors)));
document.title = 'done';
