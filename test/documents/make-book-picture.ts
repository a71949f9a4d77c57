/**
 * Writes docs/orderbook.svg from a real log: `node test/documents/make-book-picture.ts BOOK.db CRASH`, where BOOK.db is
 * what `npm run orderbook -- --db BOOK.db` left, and CRASH the event up to which its story recovered.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawBookPicture, type PictureFrame } from './book-picture.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [book = '', crash = ''] = process.argv.slice(2);
const STEP = 60;
const BEFORE = 14;
const AFTER = 12;

interface Shown {
  readonly sequence: number;
  readonly symbols: readonly Omit<PictureFrame, 'sequence'>[];
}

function frameAt(sequence: number | undefined, caption?: string): PictureFrame {
  const place = sequence === undefined ? [] : ['--at', String(sequence)];
  const program = ['--conditions=refold-source', `${ROOT}examples/orderbook/main.ts`, 'show', book, '--json', ...place];
  const output = execFileSync(process.execPath, program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const shown = JSON.parse(output) as Shown;
  const said = caption === undefined ? {} : { caption };
  return { ...shown.symbols[0]!, sequence: shown.sequence, ...said };
}

const killed = Number(crash);
const end = frameAt(undefined, 'the end of the day');
const frames = [
  ...Array.from({ length: BEFORE }, (_, index) => frameAt(killed - STEP * (BEFORE - index))),
  frameAt(killed, 'kill -9 … recovered, nothing is missing'),
  ...Array.from({ length: AFTER }, (_, index) => frameAt(killed + STEP * (index + 1))),
  frameAt(50_000, `any past state: at ${(50_000).toLocaleString('en-US')}`),
  end,
];
writeFileSync(`${ROOT}docs/orderbook.svg`, drawBookPicture(frames, end.sequence));
