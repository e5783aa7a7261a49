/** What a program publishes of itself, as text. */
import type { Program } from './program.ts';

/** Where its metrics are. */
export async function urlOf(program: Program): Promise<string> {
  await program.says('metrics and health');
  const url = /"url":"(http:[^"]+)"/.exec(program.stderr)?.[1];
  if (url === undefined) throw new Error(`expected a URL, found ${program.stderr}`);
  return url;
}

export async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** The value of a sample, named as Prometheus prints it. */
export function valueOf(text: string, sample: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  if (line === undefined) throw new Error(`expected ${sample}, found ${text}`);
  return Number(line.slice(sample.length + 1));
}
