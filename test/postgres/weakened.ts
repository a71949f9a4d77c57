/**
 * The log with one of its rules taken out: a check that does not fail for it proves nothing. The sources are copied, and one piece of
 * text is replaced, which must be there exactly once.
 */
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { postgresLog } from '../../src/log/postgres/postgres-source.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Weakness {
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
}

export const WEAKNESSES = {
  'no settling': {
    file: 'appending.ts',
    text: 'await this.#settle(entry);',
    becomes: 'throw sequenceConflict(this.#parts.path, entry.before.sequence, entry.before.sequence);',
  },
  'a refusal behind a settled block is believed': {
    file: 'appending.ts',
    text: "first.kind === 'refused' && before !== 'settled'",
    becomes: "first.kind === 'refused'",
  },
  'no epoch check': {
    file: 'tables/write-statements.ts',
    text: "BY_EPOCH = 'epoch = $2'",
    becomes: "BY_EPOCH = '$2::bigint > 0'",
  },
  'no rounds': {
    file: 'tables/write-statements.ts',
    text: 'and write_round = ($2::bigint[])[2]',
    becomes: '',
  },
  'only prepared statements': {
    file: 'server/refusals.ts',
    text: "return code === '42P05' || code === '26000';",
    becomes: 'return false;',
  },
  'takeovers of any epoch': {
    file: 'turns/lease.ts',
    text: 'and l.epoch = $6 and',
    becomes: 'and $6::bigint >= 0 and',
  },
  'no chain check': {
    file: 'known-log.ts',
    text: 'if (block !== undefined) return block.chain === chain;',
    becomes: 'if (block !== undefined) return true;',
  },
  'no bells and no polls': {
    file: 'watching.ts',
    text: 'if (this.#isPolling || this.#watched.size === 0) return;',
    becomes: 'return;',
  },
  'ids looked up outside of the lock': {
    file: 'turns/turning.ts',
    text: 'const answers = questions.map((question) => held.ask(question));',
    becomes: `const early = await held.ask(questions.pop()!);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answers = [...questions.map((question) => held.ask(question)), Promise.resolve(early)];`,
  },
} satisfies Readonly<Record<string, Weakness>>;

export interface Weakened {
  readonly postgresLog: typeof postgresLog;
  /** The path of the weakened source. */
  readonly module: string;
}

const made = new Map<string, Promise<Weakened>>();

/** Made once in each file of tests. The end of the run deletes it. */
export function weaken(name: keyof typeof WEAKNESSES): Promise<Weakened> {
  const weakened = made.get(name) ?? make(name);
  made.set(name, weakened);
  return weakened;
}

async function make(name: keyof typeof WEAKNESSES): Promise<Weakened> {
  const { file, text, becomes }: Weakness = WEAKNESSES[name];
  const folder = mkdtempSync(join(process.env.REFOLD_WEAKENED!, 'log-'));
  for (const part of ['core', 'threads', 'log', 'fold', 'engine', 'index.ts'])
    cpSync(join(ROOT, 'src', part), join(folder, 'src', part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'src/log/postgres', file);
  const parts = readFileSync(path, 'utf8').split(text);
  if (parts.length !== 2) throw new Error(`the text of "${name}" is ${parts.length - 1} times in ${file}`);
  writeFileSync(path, parts.join(becomes));
  const module = join(folder, 'src/log/postgres/postgres-source.ts');
  const loaded = (await import(module)) as Pick<Weakened, 'postgresLog'>;
  return { postgresLog: loaded.postgresLog, module };
}
