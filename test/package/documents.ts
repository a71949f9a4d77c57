/** Finds the programs in the documentation, and writes each into a separate folder, as TypeScript and as JavaScript. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/** A block of TypeScript in a page that is a whole program. */
export interface Program {
  readonly name: string;
  readonly source: string;
}

/** The README's first block of TypeScript. Throws when it is missing: a README must have one. */
export function firstExample(page: string): Program {
  const source = typescriptBlocks(readFileSync(page, 'utf8'))[0];
  if (source === undefined) throw new Error(`${page} has no \`\`\`ts block: the 30-second example is to be the first`);
  return { name: 'the 30-second example', source };
}

/** Blocks that say of themselves that they run: their first line is `// run: name`. */
export function markedPrograms(page: string): Program[] {
  return typescriptBlocks(readFileSync(page, 'utf8')).flatMap((source) => {
    const name = /^\/\/ run: *(.+)\n/.exec(source)?.[1];
    return name === undefined ? [] : [{ name, source }];
  });
}

/** What stands between the fences of each `ts` block of a page of Markdown. */
export function typescriptBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```$/gm)].map(([, source]) => source ?? '');
}

/** The paths of the program's two forms, in a fresh folder under `base`. */
export async function writeProgram({ name, source }: Program, base: string): Promise<{ ts: string; js: string }> {
  const folder = join(base, name.replaceAll(/[^a-z0-9]+/gi, '-'));
  await mkdir(folder, { recursive: true });
  const ts = join(folder, 'example.ts');
  const js = join(folder, 'example.js');
  await writeFile(ts, source);
  await writeFile(js, stripTypeScriptTypes(source));
  return { ts, js };
}
