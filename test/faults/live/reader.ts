/**
 * A process that asks a log all reading commands, round after round, while another process writes the log.
 *
 * It calls the command line in its own process: to start one for each call would take half an hour for two hundred rounds.
 */
import fs from 'node:fs';
import { chanceOf } from '../judging/chance.ts';
import { QUESTIONS, type Range } from './asking.ts';
import { call } from './calling.ts';
import { asked, lied } from './lies.ts';
import type { Answer, Reading } from './messages.ts';

process.on('message', async (reading: Reading) => {
  for (let round = 0; round < reading.rounds; round++) await answer(reading, round);
  process.send!('done');
});
process.on('disconnect', () => process.exit());
process.send!('ready');

/** One round. An `info` before and after each call says which range the log had. */
async function answer({ path, seed, lie }: Reading, round: number): Promise<void> {
  const file = `${path}-exported`;
  let before = await rangeOf(path);
  const chance = chanceOf(seed, round);
  for (const ways of QUESTIONS) {
    const question = chance.pick(ways)(before, chance);
    fs.rmSync(file, { force: true });
    const args = question.args.map((arg) => (arg === 'OUT' ? file : arg));
    const told = await call([question.command, ...asked(lie, path, question, args), '--json']);
    const after = await rangeOf(path);
    const written = question.command === 'export' ? { file: contentOf(file) } : {};
    process.send!({ question, ...lied(lie, question, told), before, after, ...written } satisfies Answer);
    before = after;
  }
}

/** @throws Error when `info` fails: the row then reports that the reader has ended */
async function rangeOf(path: string): Promise<Range> {
  const { code, out, err } = await call(['info', path, '--json']);
  if (code !== 0) throw new Error(`info ended with ${code}: ${out}${err}`);
  const { firstSequence: first, lastSequence: last, events, snapshots } = JSON.parse(out);
  if (events !== last - first + 1) throw new Error(`info counts ${events} events from ${first} to ${last}`);
  return { first, last, earliest: first === 1 ? 0 : (snapshots.at(-1)?.sequence ?? last) };
}

function contentOf(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}
