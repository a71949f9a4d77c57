/** `refold serve`: a Redis-compatible server on a log, in the foreground. */
import { resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { type Command, InvalidArgumentError } from 'commander';
import { fixedPosition } from '../../guests/position.ts';
import { quietly } from '../../guests/quietly.ts';
import { type History, type Position, RefoldError } from '../../index.ts';
import type { RedisServer, RedisServerOptions } from '../../redis/index.ts';
import { parseBytes, parseDuration, parsePosition, parseWait } from '../args.ts';
import { requireFile } from '../files.ts';
import { type NamedWords, splitServeArguments } from '../input/serve-arguments.ts';
import { requireNoUrl } from '../logs.ts';
import { EXIT } from '../output/exit-codes.ts';
import { count } from '../output/text.ts';
import { placeInFile } from '../place.ts';

const SERVE_HELP = `
Options:
  --config redis.conf       read parameters from a file; what stands on the command line wins
  --NAME VALUE              any parameter of redis.conf: --port, --bind, --dir, --save, --requirepass, --maxmemory …
  --durability LEVEL        always, everysec or os; the same as --appendfsync always, everysec or no
  --history WHAT            keep, discard, or the newest part: a time such as 90d, or a size such as 10gb (default)
  --max-heap SIZE           memory that the process may use, such as 4gb
  --audit                   record with each effect the command, the client and the user
  --read-only               serve reads of a file that another process may write, and follow it
  --wait-for-lock TIME      wait this long for another process that writes the file, such as 10s (default: 3s)
  --at POSITION             with --read-only, serve the state of a position, such as 1200, last-1h or 2027-01-31T12:00Z

FILE defaults to redis.db in --dir.

Examples:
  refold serve
  refold serve cache.db --port 7000 --durability always --save 3600 1 300 100
  refold serve cache.db --port 7001 --at 2027-01-31T12:00Z --read-only`;

export function defineServe(program: Command): void {
  program
    .command('serve')
    .argument('[file]', 'the log, created if it does not exist')
    .usage('[FILE] [--config redis.conf] [--NAME VALUE …]')
    .description('serve a log as a Redis-compatible server')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', SERVE_HELP)
    .action(async function action(this: Command): Promise<void> {
      await quietly(() => serve(this.args));
    });
}

async function serve(args: readonly string[]): Promise<void> {
  const { file, options } = splitServeArguments(args);
  requireNoUrl('serve', file ?? '', 'Copy the log to a file with refold copy, and serve the file');
  raiseHeap(options);
  const found = optionsOf(options);
  const at = await momentOf(options, file);
  const { createRedisServer } = await import('../../redis/index.ts');
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const server = await listening(
    createRedisServer({
      ...(file !== undefined && { path: file }),
      ...found,
      ...(at && { at }),
      onShutdown: end,
      log: (line) => console.log(line),
      onLost: () => process.exit(EXIT.notNow),
    }),
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) stopOn(signal, server);
  console.log(` PID: ${process.pid}\nReady to accept connections on port ${server.port}: ${whatIsServed(server)}`);
  await ended;
}

function whatIsServed({ path, moment }: RedisServer): string {
  if (moment === undefined) return path;
  const { sequence, recordedAt } = moment;
  return `${path} as of sequence ${count(sequence)}${sequence === 0 ? '' : `, recorded ${new Date(recordedAt).toISOString()}`}`;
}

/** A second signal ends the process at once. */
function stopOn(signal: 'SIGTERM' | 'SIGINT', server: RedisServer): void {
  let isStopping = false;
  process.on(signal, () => {
    if (isStopping) process.exit(EXIT.interrupted);
    isStopping = true;
    server.shutDown(signal).catch((error) => {
      isStopping = false;
      console.error(`refold: ${error instanceof Error ? error.message : String(error)}`);
    });
  });
}

async function listening(server: Promise<RedisServer>): Promise<RedisServer> {
  try {
    return await server;
  } catch (error) {
    const { code, port } = error as { readonly code?: string; readonly port?: number };
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new RefoldError('LOG_LOCKED', `Failed listening on port ${port}`, {
      type: 'port',
      hint: 'Stop the process that uses it, or choose another one with --port',
      cause: error,
    });
  }
}

/** Options of refold; everything else is a parameter of redis.conf. */
const OWN: { readonly [name: string]: (words: readonly string[], name: string) => RedisServerOptions } = {
  config: (words, name) => ({ configFile: one(words, name) }),
  durability: (words, name) => ({ durability: one(words, name) as 'always' }),
  history: (words, name) => ({ history: historyOf(one(words, name)) }),
  audit: (words, name) => ({ audit: flag(words, name) }),
  'read-only': (words, name) => ({ readOnly: flag(words, name) }),
  at: () => ({}),
  'wait-for-lock': (words, name) => ({ waitForLock: waitOf(one(words, name)) }),
  'max-heap': () => ({}),
};

function optionsOf(options: readonly NamedWords[]): RedisServerOptions {
  let found: RedisServerOptions = {};
  const config: { [name: string]: string[] } = {};
  for (const { name, words } of options) {
    const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
    if (own !== undefined) found = { ...found, ...own(words, name) };
    else config[name] = [...(Object.hasOwn(config, name) ? config[name]! : []), words.join(' ')];
  }
  if (found.readOnly !== true && options.some(({ name }) => name === 'at')) {
    throw refused('at', 'the past takes no writes', 'Give --read-only as well');
  }
  return { ...found, config };
}

function one(words: readonly string[], name: string): string {
  if (words.length === 1) return words[0]!;
  throw refused(name, 'it takes one value', `Write --${name} VALUE`);
}

function flag(words: readonly string[], name: string): boolean {
  if (words.length === 0) return true;
  if (words.length === 1 && /^(?:yes|no)$/i.test(words[0]!)) return words[0]!.toLowerCase() === 'yes';
  throw refused(name, 'it takes no value', `Write --${name} alone`);
}

function historyOf(text: string): History {
  if (text === 'keep' || text === 'discard') return text;
  const age = parsed(parseDuration, text);
  if (age !== undefined) return { maxAge: age };
  const maxBytes = parsed(parseBytes, text);
  if (maxBytes !== undefined) return { maxBytes };
  throw refused(
    'history',
    `'${text}' is not understood`,
    'Give keep, discard, a time such as 90d or a size such as 10gb',
  );
}

function waitOf(text: string): number {
  const wait = parsed(parseWait, text);
  if (wait !== undefined) return wait;
  throw refused('wait-for-lock', `'${text}' is not a time`, 'Give a time such as 10s, or milliseconds');
}

/** A moment such as `last-1h` depends on the log. @throws RefoldError `INVALID_OPTION` */
async function momentOf(options: readonly NamedWords[], file: string | undefined): Promise<Position | undefined> {
  const given = options.findLast(({ name }) => name === 'at');
  if (given === undefined) return undefined;
  const text = one(given.words, 'at');
  const place = parsed(parsePosition, text);
  if (place === undefined) throw refused('at', `'${text}' is not a moment`, HINT_MOMENT);
  const fixed = fixedPosition(place);
  if (fixed !== undefined) return fixed;
  const folder = options.findLast(({ name }) => name === 'dir')?.words[0] ?? '';
  const path = resolve(folder, file ?? 'redis.db');
  await requireFile(path, 'Name the file of the log');
  return placeInFile(path, place);
}

const HINT_MOMENT =
  'Give a sequence such as 1200, a time such as 2027-01-31T12:00Z, last, last-1h, 50%, or @ and ms since the epoch';

function parsed<Value>(parse: (text: string) => Value, text: string): Value | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return undefined;
    throw error;
  }
}

function refused(type: string, why: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot serve: --${type}: ${why}`, { type, hint });
}

/** The heap's size is decided when the process starts, so it starts again, under the same id. */
function raiseHeap(options: readonly NamedWords[]): void {
  const found = options.findLast(({ name }) => name === 'max-heap');
  if (found === undefined) return;
  const bytes = parsed(parseBytes, one(found.words, 'max-heap'));
  if (bytes === undefined) throw refused('max-heap', 'it is not a size', 'Give a size such as 4gb');
  const megabytes = Math.max(64, Math.floor(bytes / 2 ** 20));
  const flagged = `--max-old-space-size=${megabytes}`;
  if (process.execArgv.includes(flagged)) return;
  if (process.execve === undefined) {
    if (getHeapStatistics().heap_size_limit >= bytes) return;
    throw refused('max-heap', 'this Node cannot start again', `Run node ${flagged} with refold instead`);
  }
  const [node, script, ...args] = [process.execPath, process.argv[1]!, ...process.argv.slice(2)];
  process.execve(node!, [node!, ...process.execArgv, flagged, script!, ...args], process.env as never);
}
