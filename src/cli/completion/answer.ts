/**
 * Answers a shell that completes a line: candidates, one a line, each with a description after a tab, and a last line such as
 * `:4`, which says what else the shell may do. The scripts of `refold completion` ask so. It prints no error, and changes
 * nothing.
 */
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { writeOut } from '../output/output.ts';
import { oneLine } from '../output/text.ts';
import { askFacts, type FactQuestion } from './facts.ts';
import { grammarOf } from './grammar.ts';
import { type Candidate, type Completion, completionOf, readCursor } from './line.ts';
import type { Question } from './question.ts';
import { plainWords, type Shell, typedWord } from './shells.ts';

/** Prints the answer. Never throws. */
export async function answer(program: Command, question: Question): Promise<void> {
  await writeOut(await answerTo(program, question, askFacts).catch(() => '')).catch(() => {});
}

/** The answer as it is printed. @param ask finds facts */
export async function answerTo(
  program: Command,
  { shell, words }: Question,
  ask: (question: FactQuestion) => Promise<readonly Candidate[]>,
): Promise<string> {
  const surroundings = { home: homedir(), environment: process.env };
  const sought = readCursor(grammarOf(program), plainWords(shell, words, surroundings));
  const { fact, file, model } = sought;
  const question = fact && { fact, ...(file !== undefined && { file }), ...(model !== undefined && { model }) };
  const facts = question === undefined ? [] : await ask(question);
  return linesOf(completionOf(sought, facts), shell, words.at(-1) ?? '');
}

/** The numbers are those of the library that makes the scripts. */
const NO_SPACE = 2;
const NO_FILE_NAMES = 4;

function linesOf({ candidates, isFile, isWhole }: Completion, shell: Shell | undefined, raw: string): string {
  const lines = candidates.flatMap(({ value, description }) => {
    const word = typedWord(shell, value, raw);
    return word === undefined ? [] : [`${word}\t${oneLine(description)}\n`];
  });
  return `${lines.join('')}:${(isWhole ? 0 : NO_SPACE) + (isFile ? 0 : NO_FILE_NAMES)}\n`;
}
