/** Runs the commands of a page in a project that has refold installed and holds the files that the page prints. */
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runNode } from '../run.ts';
import { answersTo, type Ran } from './answers.ts';
import type { PrintedFile } from './sessions.ts';

/**
 * Gives the lines that each command prints.
 *
 * @param consumer the project in whose folder a new one is made
 */
export async function runCommands(
  commands: readonly string[],
  files: readonly PrintedFile[],
  consumer: string,
): Promise<string[][]> {
  const folder = await realpath(await mkdtemp(join(consumer, 'session-')));
  await Promise.all(files.map(({ name, source }) => writeFile(join(folder, name), source)));
  const list = join(folder, '.commands.json');
  await writeFile(list, JSON.stringify(commands));
  const executable = join(consumer, 'node_modules/refold/dist/cli/main.js');
  const { code, stdout, stderr } = await runNode([join(import.meta.dirname, 'shell.ts'), executable, list], folder);
  if (code !== 0) throw new Error(`the shell ended with ${code}: ${stderr}`);
  const ran: readonly Ran[] = JSON.parse(stdout);
  return answersTo(commands, ran, folder);
}
