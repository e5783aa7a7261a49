/** Where the text of the program goes, a line at a time. */
export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}
