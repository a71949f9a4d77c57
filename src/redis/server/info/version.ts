/** The version of the package that this file is part of. */
import { readFileSync } from 'node:fs';

/** Such as `0.1.0`. The folder above differs between the sources and the built package. */
export function refoldVersion(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const manifest = manifestIn(folder);
    if (manifest?.name === 'refold') return manifest.version;
    if (folder.pathname === '/') return 'unknown';
  }
}

function manifestIn(folder: URL): { readonly name: string; readonly version: string } | undefined {
  try {
    return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  } catch {
    return undefined;
  }
}
