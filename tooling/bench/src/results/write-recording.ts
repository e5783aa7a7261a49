/**
 * A recording as files.
 */
import { writeFile } from 'node:fs/promises';
import { markdownDocument } from './document.ts';
import type { Recording } from './recording.ts';

/** Writes the files that the options ask for, over what is there. */
export async function writeRecording(recording: Recording): Promise<void> {
  const { jsonFile, markdownFile } = recording.options;
  if (jsonFile !== undefined) {
    await writeFile(jsonFile, `${JSON.stringify(recording, undefined, 1)}\n`);
  }
  if (markdownFile !== undefined) await writeFile(markdownFile, markdownDocument(recording));
}
