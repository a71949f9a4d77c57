/**
 * `build.mjs [FOLDER]`: builds the studio's page into the folder, `dist/studio/page` by default: one script, one style sheet, the
 * start page, the fonts, and the licences of all that is bundled.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const source = import.meta.dirname;
const FONTS = {
  '@fontsource/ibm-plex-mono': 'ibm-plex-mono',
  '@fontsource/ibm-plex-sans-condensed': 'ibm-plex-sans-condensed',
};
const WEIGHTS = [400, 500];

/** @param folder is emptied first */
export async function buildPage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sheets = new Map();
  const build = await rolldown({
    cwd: source,
    input: { page: './main.tsx' },
    platform: 'browser',
    transform: { target: 'es2024' },
    tsconfig: './tsconfig.json', // how JSX is compiled
    plugins: [styleSheets(sheets)],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output } = await build.write({ dir: folder, minify: true, entryFileNames: '[name].js' });
  writeFileSync(join(folder, 'page.css'), joined(sheets));
  for (const file of ['index.html', 'icon.svg']) cpSync(join(source, file), join(folder, file));
  for (const [name, family] of Object.entries(FONTS)) copyFonts(name, family, folder);
  writeFileSync(join(folder, 'licences.txt'), licences(output.flatMap(({ moduleIds = [] }) => moduleIds)));
}

/** The bundler takes scripts only: style sheets are collected as modules import them. */
function styleSheets(sheets) {
  return {
    name: 'style-sheets',
    load(id) {
      if (!id.endsWith('.css')) return;
      sheets.set(relative(source, id), readFileSync(id, 'utf8'));
      return { code: '', moduleType: 'js', moduleSideEffects: false };
    },
  };
}

/** The tokens come first, then the page's own sheet, then those of its parts. */
function joined(sheets) {
  const first = ['base/tokens.css', 'app.css'];
  const rest = [...sheets.keys()].filter((path) => !first.includes(path)).sort();
  return [...first, ...rest].map((path) => sheets.get(path)).join('\n');
}

function copyFonts(name, family, folder) {
  const files = join(packageFolder(name), 'files');
  for (const weight of WEIGHTS) {
    const file = `${family}-latin-${weight}-normal.woff2`;
    cpSync(join(files, file), join(folder, file));
  }
}

/** Every licence asks to stand beside the code, or beside the font. */
function licences(moduleIds) {
  const bundled = moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
  const folders = new Set([...bundled, ...Object.keys(FONTS).map(packageFolder)]);
  return [...folders].map((folder) => `${basename(folder)}\n\n${licenceIn(folder)}`).join('\n\n');
}

function packageFolder(name) {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

function licenceIn(folder) {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (name === undefined) throw new Error(`${folder} has no licence that could stand beside the page`);
  return readFileSync(join(folder, name), 'utf8');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildPage(resolve(process.argv[2] ?? join(source, '../../../dist/studio/page')));
}
