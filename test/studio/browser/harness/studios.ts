/** Opens the studio on one of the logs for all tests of a file, and the library on the same log to compare with. */
import { join } from 'node:path';
import { openPast, type Past } from 'refold';
import { afterAll, beforeAll, inject } from 'vitest';
import { openStudio, type Studio } from '../../../../src/studio/open-studio.ts';
import { readPage } from '../../../../src/studio/server/page-files.ts';
import type { TestLog } from '../fixtures/logs.ts';

/** Where a log lies. */
export function pathOf({ file }: TestLog): string {
  return join(inject('studio').folder, file);
}

/** Opens a studio on a log, at any free port. The caller closes it. */
export function startStudio(log: TestLog, path: string = pathOf(log)): Promise<Studio> {
  const { model, view } = log;
  const options = { path, port: 0, ...(model && { model }), ...(view && { view }) };
  return openStudio(options, readPage(inject('studio').page));
}

/** The library on a log: what it says is true. The caller closes it. */
export async function openOracle(log: TestLog, path: string = pathOf(log)): Promise<Past> {
  const { module, export: name } = log.model!;
  return openPast(((await import(module)) as Readonly<Record<string, never>>)[name]!, { path });
}

/** A studio and the library, open while the tests of a file run. */
export interface OpenStudio {
  readonly url: string;
  readonly origin: string;
  readonly key: string;
  readonly past: Past;
}

/** Call it at the top of a test file. A log without a model has no `past`. */
export function studioFor(log: TestLog): OpenStudio {
  let studio: Studio | undefined;
  let past: Past | undefined;
  beforeAll(async () => {
    studio = await startStudio(log);
    if (log.model !== undefined) past = await openOracle(log);
  });
  afterAll(async () => {
    await studio?.close();
    await past?.close();
  });
  return {
    get url() {
      return studio!.url;
    },
    get origin() {
      return new URL(studio!.url).origin;
    },
    get key() {
      return new URL(studio!.url).hash.slice('#key='.length);
    },
    get past() {
      return past!;
    },
  };
}
