/**
 * The sources of the studio's page turn no text into HTML, script or style: text reaches the page as text nodes and canvas only. And
 * the names of the page are those that its guide promises.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const PAGE = fileURLToPath(new URL('../../src/studio/page', import.meta.url));

/** What makes HTML, script or a frame of a text. */
const MAKERS =
  /\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|setHTMLUnsafe|setHTML|parseHTMLUnsafe|createContextualFragment|DOMParser|srcdoc|cssText|insertRule|adoptedStyleSheets|createPolicy|insertHTML|XSLTProcessor|importScripts)\b|\bdocument\s*\.\s*write|\beval\b|\bnew\s+Function\b|(?<![\w.])Function\s*\(|\bset(?:Timeout|Interval)\s*\(\s*['"`]|javascript:|data:text|\bimport\s*\(|createElement(?:NS)?\s*\([^)]*['"`](?:script|iframe|object|embed|style|link|base|meta)['"`]|<(?:script|iframe|object|embed|style|base)\b/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<![:\w])\/\/[^\n]*/g;

function makersIn(source: string): string[] {
  return [...source.replaceAll(COMMENTS, '').matchAll(MAKERS)].map(([found]) => found);
}

test('no source of the page makes HTML or script of a text', () => {
  const files = globSync('**/*.{ts,tsx}', { cwd: PAGE });
  expect(files.length).toBeGreaterThan(0);
  const found = files.flatMap((file) =>
    makersIn(readFileSync(`${PAGE}/${file}`, 'utf8')).map((one) => `${file}: ${one}`),
  );
  expect(found).toEqual([]);
});

describe('a planted one is found', () => {
  test.each([
    'element.innerHTML = text',
    'element["outerHTML"] = text',
    'element.insertAdjacentHTML("beforeend", text)',
    '<div dangerouslySetInnerHTML={{ __html: text }} />',
    'document.write(text)',
    'document . writeln(text)',
    'eval(text)',
    '(0, eval)(text)',
    'new Function(text)()',
    'const f = Function(text)',
    'setTimeout("run()", 1)',
    'element.setHTMLUnsafe(text)',
    'range.createContextualFragment(text)',
    'new DOMParser().parseFromString(text, "text/html")',
    '<iframe srcdoc={text} />',
    'document.createElement("script")',
    'h("a", { href: "javascript:run()" })',
    'await import(text)',
  ])('%s', (source) => {
    expect(makersIn(source)).not.toEqual([]);
  });
});

test.each([
  'element.textContent = text',
  '// not innerHTML',
  '/* eval */ f()',
  'evaluate(x)',
  '<Form />',
  'isFunction(x)',
])('%s passes', (source) => {
  expect(makersIn(source)).toEqual([]);
});

describe('the names of the page', () => {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/STUDIO.md', import.meta.url)), 'utf8');
  const told = guide.slice(guide.indexOf('## Names of the page'));
  const rows = [...told.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell]) => cell!).slice(1);
  const sources = globSync('**/*.{ts,tsx}', { cwd: PAGE }).map((file) => readFileSync(`${PAGE}/${file}`, 'utf8'));
  const found = (pattern: RegExp): readonly string[] => unique(sources.flatMap((text) => matched(text, pattern)));

  test('are those of the table in the guide, and each stands there once', () => {
    const names = rows.flatMap((cell) => matched(cell, /`([\w-]+)`/g));
    expect(names.toSorted()).toEqual(unique(names));
    expect(found(/(?:\b(?:data-)?test[iI]d="|'data-testid': ')([\w-]+)/g)).toEqual(unique(names));
  });

  test('are written as they are: none is put together', () => {
    expect(found(/(test[iI]d=\{`)/g)).toEqual([]);
  });

  test('say of themselves what the guide says', () => {
    const attributes = matched(told, /`(data-[a-z-]+)`/g).filter((name) => name !== 'data-testid');
    const inMarkup = found(/(?<![\w-])'?(data-[a-z-]+)'?(?==\{|: )/g).filter((name) => name !== 'data-testid');
    const ofDocument = ['data-ready'];
    expect(unique([...inMarkup, ...ofDocument])).toEqual(unique(attributes));
  });
});

function matched(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, one]) => one!);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
