/** The sources of the studio's page turn no text into HTML, script or style: text reaches the page as text nodes and canvas only. */
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
