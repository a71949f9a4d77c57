/** The files of the page, read once into memory: what is not there when the studio starts is never served. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** The page itself. */
export const START_PAGE = '/index.html';

/** Every file below the folder, by the path under which it is served: `/index.html` and so on. Others are left out. */
export function readPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = MEDIA_TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join('/')}`, { type, content: readFileSync(path) });
  }
  return files;
}

/** The file of a path: the page itself for `/`. A path is only looked up, so `../` leads nowhere. */
export function fileAt(files: ReadonlyMap<string, PageFile>, path: string): PageFile | undefined {
  return files.get(path === '/' ? START_PAGE : path);
}
