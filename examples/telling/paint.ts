/** Colours where a terminal wants them. */
import { styleText } from 'node:util';

/** Colours a text for stdout; plain where NO_COLOR is set, or where stdout is not a terminal. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stdout });
}
