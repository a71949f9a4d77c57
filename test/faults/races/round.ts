/**
 * One round: several processes try to open one log at the same instant, and one of them succeeds.
 *
 * The others must be told the owner, also while the owner is stopped. They must not succeed until the owner
 * closes the log or is killed. In a stolen round the lock file is deleted while the owner is stopped, so that a second
 * writer opens the log. Then only the epoch keeps the first writer out.
 */
import fs from 'node:fs';
import type { Chance } from '../judging/chance.ts';
import type { Ledger } from '../judging/ledger.ts';
import { Findings, readThrough } from '../judging/reading.ts';
import type { Account } from '../writing/account.ts';
import type { Answer, Order } from './orders.ts';
import type { Racer } from './stable.ts';

export interface RaceTrack {
  readonly path: string;
  readonly ledgerSeed: number;
  readonly ledger: Ledger;
  readonly account: Account;
  readonly chance: Chance;
}

/** The time between the order and the start, in ms, so that no racer is late. */
const HEAD_START_MS = 15;

/** Runs a round. Returns the problems. */
export async function ordinaryRound(track: RaceTrack, racers: readonly Racer[]): Promise<string[]> {
  const { winner, problems } = await race(track, racers);
  if (winner === undefined) return problems;
  const others = racers.filter((racer) => racer !== winner);
  problems.push(...(await write(track, winner, 1 + track.chance.below(3))));
  winner.signal('SIGSTOP');
  problems.push(...(await allRefused(track, others, winner)));
  winner.signal('SIGCONT');
  problems.push(...(await write(track, winner, 1)));
  if (track.chance.hit(0.2)) {
    winner.signal('SIGKILL');
    await winner.gone();
  } else problems.push(...expectDone('close', await winner.tell({ do: 'close' })));
  return [...problems, ...(await judge(track))];
}

/** A round whose lock is stolen. `claim`: the first writer then appends as if it were the second (negative control). */
export async function stolenRound(
  track: RaceTrack,
  [first, second]: readonly Racer[],
  claim = false,
): Promise<string[]> {
  const problems = expectDone('open', await first!.tell(openOrder(track)));
  if (problems.length > 0) return problems;
  problems.push(...(await write(track, first!, 2)));
  first!.signal('SIGSTOP');
  fs.rmSync(`${track.path}-lock`);
  const opened = await second!.tell(openOrder(track));
  problems.push(...expectDone('open beside a stopped owner without a lock', opened));
  problems.push(...(await write(track, second!, 3, ['snapshot', 'compact'])));
  first!.signal('SIGCONT');
  if (claim) await first!.tell({ do: 'claim', epoch: opened.epoch! });
  const late = await first!.tell({ do: 'write', steps: [{ do: 'append', commits: 1 }] });
  problems.push(...lateProblems(late));
  await first!.tell({ do: 'close' });
  problems.push(...(await write(track, second!, 1)), ...expectDone('close', await second!.tell({ do: 'close' })));
  return [...problems, ...(await judge(track))];
}

function lateProblems({ marks, code, message }: Answer): string[] {
  const refused = marks.some((mark) => /^refused \d+ NOT_WRITER/.test(mark));
  const said = marks.filter((mark) => !mark.startsWith('doing')).join(', ') || `${code} ${message}`;
  return refused ? [] : [`a writer that was replaced was not refused as NOT_WRITER: ${said}`];
}

async function race(track: RaceTrack, racers: readonly Racer[]): Promise<{ winner?: Racer; problems: string[] }> {
  const order = openOrder(track, Date.now() + HEAD_START_MS);
  const answers = await Promise.all(racers.map(async (racer) => ({ racer, answer: await racer.tell(order) })));
  const winners = answers.filter(({ answer }) => answer.done).map(({ racer }) => racer);
  const [winner, another] = winners;
  if (winner === undefined || another !== undefined) {
    for (const racer of winners) await racer.tell({ do: 'close' });
    const said = answers.map(({ answer }) => answer.message ?? 'won').join(' | ');
    return { problems: [`${winners.length} of ${racers.length} processes won the race: ${said}`] };
  }
  const losers = answers.filter(({ racer }) => racer !== winner);
  return { winner, problems: losers.flatMap(({ answer }) => refusalProblems(answer, undefined)) };
}

async function allRefused(track: RaceTrack, others: readonly Racer[], owner: Racer): Promise<string[]> {
  const answers = await Promise.all(others.map((racer) => racer.tell(openOrder(track))));
  return answers.flatMap((answer) => refusalProblems(answer, owner.pid));
}

/** @param owner the message must name it if it has held the lock for some time */
function refusalProblems({ done, code, message = '' }: Answer, owner: number | undefined): string[] {
  if (done) return ['a second process became the writer while the first one held the log'];
  if (code !== 'LOG_LOCKED') return [`a second process was refused as ${code}, not as LOG_LOCKED: ${message}`];
  if (!/held by (process \d+ on|another process)/.test(message)) return [`LOG_LOCKED names no holder: ${message}`];
  if (owner === undefined || message.includes(`process ${owner} on`)) return [];
  return [`LOG_LOCKED does not name the holder ${owner}: ${message}`];
}

async function write(
  { account }: RaceTrack,
  racer: Racer,
  commits: number,
  then: readonly ('snapshot' | 'compact')[] = [],
): Promise<string[]> {
  const steps = [{ do: 'append' as const, commits }, ...then.map((what) => ({ do: what }))];
  const answer = await racer.tell({ do: 'write', steps });
  for (const mark of answer.marks) account.take(mark);
  const trouble = answer.marks.filter((mark) => /^(failed|refused|unknown|problem) /.test(mark));
  return [...expectDone('write', answer), ...trouble.map((mark) => `the owner could not write: ${mark}`)];
}

function expectDone(what: string, { done, code, message }: Answer): string[] {
  return done ? [] : [`${what} failed: ${code} ${message}`];
}

function openOrder({ path, ledgerSeed, ledger }: RaceTrack, at = 0): Order {
  return { do: 'open', path, at, ledgerSeed, commits: ledger.commits.length };
}

async function judge({ path, ledger, account }: RaceTrack): Promise<string[]> {
  const findings = new Findings();
  await readThrough(findings, ledger, { path });
  const { head, problems, refusals } = findings.reading;
  const refused = refusals.map(({ door, code, message }) => `${door} was refused: ${code} ${message}`);
  return [...problems, ...refused, ...(head === undefined ? [] : account.judge(head))];
}
