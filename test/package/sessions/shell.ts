/**
 * A shell for the sessions of a page: `node shell.ts REFOLD commands.json` runs the commands in the current folder, one after the
 * other, and prints a JSON array: what each of them printed on a terminal of 120 columns, and its exit code.
 *
 * It knows the few words that the pages use. `refold` is what the installed executable runs, in this process: one for each
 * command would take several times as long. `timeout 1 refold …` is a process, which gets a SIGTERM after that time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Ran } from './answers.ts';

const [, , executable = '', list = ''] = process.argv;
const commands: readonly string[] = JSON.parse(readFileSync(list, 'utf8'));
const realOut = process.stdout;
const program = /import\("(\S+program\S+)"\)/.exec(readFileSync(executable, 'utf8'))![1]!;
const SHOWN_PORT = '7000';

let printed = '';
/** Whether stdout is a terminal for the command that runs. */
let isTerminal = true;

Object.defineProperty(process, 'stdout', {
  value: outlet({ isTTY: { get: () => isTerminal }, columns: { value: 120 }, getColorDepth: { value: () => 1 } }),
});
// No progress bars: stderr is not a terminal.
Object.defineProperty(process, 'stderr', { value: outlet({}) });

const { run }: { run(args: readonly string[], version: string): Promise<number> } = await import(
  new URL(program, pathToFileURL(executable)).href
);

const ran: Ran[] = [];
for (const line of commands) ran.push(await runLine(line, ran.at(-1)?.code ?? 0));
realOut.write(JSON.stringify(ran));

function outlet(properties: PropertyDescriptorMap): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      printed += chunk;
      done();
    },
  });
  stream.setMaxListeners(0);
  return Object.defineProperties(stream, properties);
}

/** A line is a command, or a command with `| cat`. */
async function runLine(line: string, codeBefore: number): Promise<Ran> {
  const command = line.replace(/ \| cat$/, '');
  printed = '';
  isTerminal = command === line;
  const code = await runCommand(wordsOf(command), codeBefore);
  return { text: printed, code };
}

async function runCommand([name = '', ...args]: readonly string[], codeBefore: number): Promise<number> {
  switch (name) {
    case 'refold':
      return refold(args);
    case 'node':
      return runProcess(process.execPath, args);
    case 'timeout':
      return serve(Number(args[0]) * 1000, args.slice(2));
    case 'export':
      return setVariable(args[0]!);
    case 'cp':
      copyFileSync(args[0]!, args[1]!);
      return 0;
    case 'echo':
      printed += `${args.join(' ').replace('$?', String(codeBefore))}\n`;
      return 0;
    default:
      throw new Error(`this shell does not know the command ${name}`);
  }
}

/** What the executable does, save that it ends the process if the model's module keeps it alive. */
async function refold(args: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  const code = await run(args, 'installed');
  process.exitCode = undefined;
  return code;
}

function setVariable(assignment: string): number {
  const [name = '', value = ''] = assignment.split('=');
  process.env[name] = value;
  return 0;
}

/** The port of the page may be taken on this machine, so another one stands for it. */
async function serve(milliseconds: number, args: readonly string[]): Promise<number> {
  const free = await freePort();
  const taken = args.map((arg) => (arg === SHOWN_PORT ? free : arg));
  const code = await runProcess(process.execPath, [executable, ...taken], milliseconds);
  printed = printed.replaceAll(`port ${free}`, `port ${SHOWN_PORT}`).replaceAll(`:${free}/`, `:${SHOWN_PORT}/`);
  return code;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}

/** @param endAfter ends it with a SIGTERM after so many ms, and not before it has printed something */
async function runProcess(program: string, args: readonly string[], endAfter?: number): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const ended = once(child, 'close');
  if (endAfter !== undefined) {
    await Promise.race([Promise.all([pause(endAfter), once(child.stdout, 'data')]), ended]);
    child.kill('SIGTERM');
  }
  const [code, signal] = await ended;
  if (code === null) throw new Error(`${signal} ended ${args.join(' ')}: ${printed}`);
  return code;
}

/** Words may stand in single or double quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain!,
  );
}
