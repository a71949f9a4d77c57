/** Where the files of the page are: in the build beside its code, and for the sources in the build as well. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RefoldError } from '../../index.ts';
import { type PageFile, readPage, START_PAGE } from './page-files.ts';

const PAGE_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/studio/page' : './studio/page', import.meta.url),
);

/** @throws RefoldError `STORE_FAILED`: the page was not built */
export function builtPage(folder: string = PAGE_FOLDER): ReadonlyMap<string, PageFile> {
  if (existsSync(join(folder, START_PAGE))) return readPage(folder);
  throw new RefoldError('STORE_FAILED', `Cannot open the studio: its page is not in ${folder}`, {
    path: folder,
    hint: 'Build it with npm run studio:page',
  });
}
