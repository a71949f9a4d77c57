/** Which log the studio shows, as its threads are told: a file, or what opens the log there. */
import type { LogSource, LogThread } from '../index.ts';

export interface ShownLog {
  /** The file; or the name of the source. */
  readonly path: string;
  /** How a thread opens a log that is not a file. */
  readonly source: LogThread | undefined;
}

/** For the calls that take `path` or `log`. */
export async function whichLog({
  path,
  source,
}: ShownLog): Promise<{ readonly path: string } | { readonly log: LogSource }> {
  if (source === undefined) return { path };
  const { [source.export]: sourceOf } = (await import(source.module)) as Record<string, (given: unknown) => LogSource>;
  return { log: sourceOf!(source.options) };
}
