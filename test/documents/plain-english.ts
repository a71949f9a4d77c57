/**
 * The lint for plain English: phrases that a reader in a hurry, or with English as a second language, has to read twice.
 *
 * Pure. `proseOfMarkdown` and `proseOfSource` take out what people read; `findPhrases` finds what to reword. A phrase is on
 * the list because it occurred here and was reworded; the list grows with the next one. Code is not prose: inline code,
 * fences and identifiers are left out.
 */

/** A piece of prose, with the line at which it stands, counted from 1. */
export interface Prose {
  readonly line: number;
  readonly text: string;
}

/** What was found, and what to write instead. */
export interface Finding {
  readonly line: number;
  readonly phrase: string;
  readonly instead: string;
}

/** Each phrase with what to write instead. They are looked for without regard to upper and lower case. */
export const PHRASES: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [
    /(?:^|[.:;!?] |\| )(?:kept|bounded|meant|counted|refused|dropped|deleted|measured|covered|taken|said|safe|told|missing) (?:is|are|was|were)\b/i,
    'put the subject first: "The two newest are kept"',
  ],
  [
    /(?<!\bthere )(?<!\bthere's )\b(?:is|are|was|were|be|been) no (?!longer\b|more than\b|less than\b)[a-z]+/i,
    'say "is not a": "it is not an object"',
  ],
  [/\b(?:is|are|was|were|be|has|have|had|gives?|gave) none\b/i, 'say what is missing: "there is no snapshot"'],
  [/\bnobody\b|\bno one\b/i, 'name the one who acts, or say "not": "no process reads it"'],
  [
    /\b(?:who|what|which|when|where|how)(?:so)?ever\b(?<=whoever|whosoever|whatsoever|whosever)/i,
    'name the reader or the caller',
  ],
  [/\bof (?:its|their|his|our|my|your|one's) own\b/i, 'say "separate" or "its": "a separate thread"'],
  [
    /\bbef[ae]ll\b|\bforetold\b|\bhitherto\b|\bthereof\b|\bwhereof\b|\bperchance\b|\banew\b/i,
    'use the usual word: "again", "happened to"',
  ],
  [/(?<!\bas )\bsoon\b/i, 'say "fast" or a time'],
  [
    /\b(?:events?|history|histories|rows?|blocks?|snapshots?|files?|pages?|entries|outcomes?|chunks?|folders?|locks?|text|ballast|rest|ones|those|first|it|all|they|these|that) (?:goes|must go|may go|can go|would go|have gone|has gone|had gone|go before|go first|go as well)\b(?! (?:on|wrong|back|down|up|into|out|to)\b)/i,
    'say "is deleted", "is dropped" or "is released"',
  ],
  [/\b(?:is|are|was|were|be) gone\b/i, 'say "deleted", "dropped" or "ended"'],
  [
    /\bgone on with\b|\bbegun anew\b|\bcome about\b|\bcomes about\b|\bcame about\b|\bbrings? (?:\w+ )?about\b/i,
    'say "continue", "start again" or "cause"',
  ],
  [
    /\bin nobody's way\b|\bwithout a word\b|\ball by itself\b/i,
    'say what happens: "silently", "without stopping writes"',
  ],
  [
    /(?:^|[.:;] )who (?!are\b|is\b)[a-z]+(?: [a-z]+)* (?:may|can|must|will|has)\b/i,
    'say "a person who" or "code that"',
  ],
  [/\bto who\b|\bfor who\b(?! )/i, 'say "to a user who"'],
  [/\bvouche[sd]?(?: for)?\b|\bheld against\b|\bholds? .{1,30} against\b/i, 'say "check", "compare" or "guarantee"'],
  [/\bis told of\b|\bare told of\b|\btells of\b/i, 'say "report"'],
  [
    /\bthe application's own\b|\bthe engine's own\b|\bthe caller's own\b/i,
    'leave out "own", or say "the engine\'s copy"',
  ],
  [/\bmust needs\b|\bwould that\b|\blest\b|\bnigh\b|\bby turns\b|\bat the least\b/i, 'use the usual word'],
  [
    /\bfor (?:it|they|he|this|that|such|a|an|the|these|those|there) (?:is|are|was|were|would|may|can|could|must|has|have|had|will|knows?|does)\b/i,
    'say "because"',
  ],
  [
    /\b(?:so|as) does any\b|\bnor does\b|\bnor is\b|\bnor are\b|\bnor do\b|\bnor can\b/i,
    'begin a new sentence: "It also does not …"',
  ],
  [/\bhas come to\b|\bcomes? to lie\b|\bcome to stand\b|\bcame to lie\b/i, 'use the plain verb: "lies", "stands"'],
  [
    /\b(?:and )?so (?:is|are|does|do|did|has|have) (?:a|an|the|what|whatever|such|its|their|one|those|it|they|\w+s)\b/i,
    'say it with the subject first: "… is refused too"',
  ],
  [
    /\bin one go\b|\bmade our own\b|\bby and by\b|\bwherein\b|\bwhereby\b/i,
    'use the usual words: "in one step", "copied"',
  ],
  [
    /(?:^|[.;:] )of (?:a|an|the|its|this|these|those|what|each|one|several) [a-z]/i,
    'put the subject first: "The keys of a Map are noted"',
  ],
  [/(?:^|[,.:;] )should (?:it|they|the|a|an|one|this) |\bwere (?:it|they) (?:not|to)\b/i, 'say "if"'],
  [/\bsome (?:\d|ten|tens|twenty|thirty|forty|fifty|hundred)/i, 'say "about"'],
  [/\bfor want of\b|\bin want of\b|\bcounts? for nothing\b/i, 'use the usual words: "because there is not enough"'],
  [/\bmend(?:s|ed)\b/i, 'say "fix" or "repair"'],
];

/** What stands in a Markdown page outside fences, inline code, link targets and titles of tests (`· *title*`). */
export function proseOfMarkdown(page: string): Prose[] {
  let inFence = false;
  return page.split('\n').flatMap((line, index) => {
    const isFence = /^\s*(?:```|~~~)/.test(line);
    if (isFence) inFence = !inFence;
    if (inFence || isFence || /^\s*<!--/.test(line)) return [];
    return [{ line: index + 1, text: withoutCode(line) }];
  });
}

/** Comments of a TypeScript source, and its texts of more than two words: messages, hints, names of tests. */
export function proseOfSource(source: string): Prose[] {
  return [...source.matchAll(TOKENS)].flatMap((match) => {
    const first = source.slice(0, match.index).split('\n').length;
    const { comment, single, double, template } = match.groups!;
    const text = comment ?? single ?? double ?? template!;
    if (comment === undefined && !/\w+ \S+ \S/.test(text)) return [];
    return text.split('\n').map((line, offset) => ({
      line: first + offset,
      text: withoutCode(line.replace(/^\s*(?:\/\*\*?|\*\/?|\/\/)\s?/, '').replaceAll(/\$\{[^}]*\}/g, 'X')),
    }));
  });
}

/** A comment hides the quotes in it, and a text hides what looks like a comment. */
const TOKENS =
  /(?<comment>\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*)|'(?<single>(?:[^'\\\n]|\\.)*)'|"(?<double>(?:[^"\\\n]|\\.)*)"|`(?<template>(?:[^`\\]|\\.)*)`/g;

function withoutCode(line: string): string {
  return line
    .replaceAll(/``[^`]*``|`[^`]*`/g, 'X')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/(?<=· |^)\*[^*]+\*/g, 'X');
}

/** Everything on the list, in order. A phrase may be broken over two lines: it counts at the line where it begins. */
export function findPhrases(prose: readonly Prose[]): Finding[] {
  return paragraphsOf(prose)
    .flatMap((paragraph) => PHRASES.flatMap(([pattern, instead]) => findIn(paragraph, pattern, instead)))
    .sort((a, b) => a.line - b.line);
}

function findIn(paragraph: Paragraph, pattern: RegExp, instead: string): Finding[] {
  return [...paragraph.text.matchAll(new RegExp(pattern.source, 'gi'))].map((found) => ({
    line: lineAt(paragraph, found.index + found[0].search(/\w/)),
    phrase: found[0].trim(),
    instead,
  }));
}

/** The line of a paragraph at which a place in its text stands. */
function lineAt({ starts }: Paragraph, index: number): number {
  return starts.findLast(([from]) => from <= index)![1];
}

/** Sentences of more words than a reader holds at once, as `line: first words …`. Tables and headings count by their cells. */
export function longSentences(prose: readonly Prose[], most: number): Finding[] {
  return paragraphsOf(prose).flatMap(({ line, text }) =>
    text
      .split(/(?<=[.!?:;][*)"]*)\s+|\s[|·]\s/)
      .filter(
        (sentence) => sentence.split(/\s+/).filter((word) => /\w/.test(word) && !/^\W*X\W*$/.test(word)).length > most,
      )
      .map((sentence) => ({
        line,
        phrase: sentence.slice(0, 80),
        instead: `make it two sentences: it has over ${most} words`,
      })),
  );
}

/** Lines that belong together as one text, and where in it each of them starts. */
interface Paragraph {
  readonly text: string;
  readonly line: number;
  readonly starts: readonly (readonly [from: number, line: number])[];
}

/** Lines that belong together: until a blank line, a list item, a heading or a row of a table. */
function paragraphsOf(prose: readonly Prose[]): Paragraph[] {
  const groups: Prose[][] = [];
  for (const piece of prose) {
    const before = groups.at(-1)?.at(-1);
    const isNew =
      /^\s*(?:[-*|#>]|\d+\. |$)/.test(piece.text) || before?.line !== piece.line - 1 || before.text.trim() === '';
    if (isNew) groups.push([piece]);
    else groups.at(-1)!.push(piece);
  }
  return groups.map((group) => {
    let text = '';
    const starts = group.map((piece) => {
      if (text !== '') text += ' ';
      const from = text.length;
      text += piece.text.trim();
      return [from, piece.line] as const;
    });
    return { text, line: group[0]!.line, starts };
  });
}
