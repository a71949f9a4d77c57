/** Mutated streams against a server, each compared with what Debian's redis-server answers. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RealProcess, RefoldProcess } from '../../redis/processes.ts';
import { cutThatMatters, mutatedStream, parseAll } from '../../redis/protocol/mutated-streams.ts';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { type Defect, withDefect } from '../redis/defects.ts';
import { inParallel } from '../work.ts';
import { type Answer, exchange } from './exchange.ts';
import { Neighbours } from './neighbours.ts';

export interface BarrageOptions {
  readonly seed: number;
  readonly streams: number;
  /** It is made, and deleted afterwards. */
  readonly folder: string;
  readonly cache: string;
  readonly say: (text: string) => void;
  /** For negative controls. */
  readonly defect?: Defect;
}

export interface BarrageReport {
  readonly streams: number;
  readonly violations: readonly string[];
  /** The most memory that the server's process ever had, in MiB. */
  readonly peakMib: number;
  /** Rounds of the neighbour that wrote and read meanwhile. */
  readonly rounds: number;
}

const STREAMS_AT_ONCE = 24;
const TOLD = 5;
const SAY_EVERY = 20_000;
/** The heap that the server gets, and the memory that its process may take: what 200 clients announce is 6 GiB. */
const HEAP_MIB = 128;
const MOST_MIB = 400;
/** Ours refuses longer values, whatever this says. Redis answers alike when it has the same bound. */
const LONGEST_VALUE = ['--proto-max-bulk-len', String(64 * 1024 * 1024)];

export async function barrage(options: BarrageOptions): Promise<BarrageReport> {
  const { folder, cache, defect } = options;
  mkdirSync(folder, { recursive: true });
  const [path, realPath] = [join(folder, 'ours.sock'), join(folder, 'theirs.sock')];
  const { nodeOptions = [], env } = withDefect(defect);
  const server = await RefoldProcess.start({
    path: ':memory:',
    cache,
    args: ['--unixsocket', path],
    nodeOptions: [`--max-old-space-size=${HEAP_MIB}`, ...nodeOptions],
    ...(env !== undefined && { env }),
  });
  const real = await RealProcess.start(folder, ['--unixsocket', realPath, ...LONGEST_VALUE]);
  try {
    return await fire(options, { server, path, realPath });
  } finally {
    await Promise.all([server.kill(), real.kill()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Targets {
  readonly server: RefoldProcess;
  readonly path: string;
  readonly realPath: string;
}

async function fire({ seed, streams, say }: BarrageOptions, targets: Targets): Promise<BarrageReport> {
  const { server } = targets;
  const neighbours = await Neighbours.start(server.port);
  const violations: string[] = [];
  let next = 0;
  await inParallel(STREAMS_AT_ONCE, async () => {
    while (next < streams && violations.length < TOLD) {
      const number = next++;
      const wrong = await judge(chanceOf(seed, number), targets).catch((error) => `the harness got ${String(error)}`);
      if (wrong !== undefined) violations.push(`stream ${number} of seed ${seed}: ${wrong}`);
      if ((number + 1) % SAY_EVERY === 0) say(`${number + 1} streams`);
    }
  });
  const isAlive = await answersPing(server);
  if (isAlive) violations.push(...(await neighbours.end()));
  else violations.push('the server has ended, or does not answer PING');
  const peakMib = isAlive ? peakOf(server.process.pid!) : 0;
  if (peakMib > MOST_MIB) violations.push(`the server took ${peakMib} MiB, and ${MOST_MIB} are allowed`);
  return { streams: next, violations, peakMib, rounds: neighbours.rounds };
}

/** A server that is dying closes its connections before its end is known. Then nothing answers, and nothing is to be waited for. */
async function answersPing({ client, hasEnded }: RefoldProcess): Promise<boolean> {
  if (hasEnded) return false;
  return Promise.race([client.ask('PING').then((reply) => reply === 'PONG'), client.closed.then(() => false)]);
}

/** What is wrong with the answers to one stream: whole, in pieces, and in the parser cut at every byte. */
async function judge(chance: Chance, { path, realPath }: Targets): Promise<string | undefined> {
  const stream = Buffer.from(mutatedStream(chance), 'latin1');
  const cut = cutThatMatters(stream);
  if (cut !== undefined) return `${shown(stream)} ${cut}`;
  const pieces = chance.hit(0.5) ? [stream] : piecesOf(stream, chance);
  const [ours, theirs] = await Promise.all([exchange(path, pieces), exchange(realPath, [stream])]);
  if (isRight(stream, ours, theirs)) return undefined;
  const sizes = pieces.map(({ length }) => length).join(' ');
  const [our, their] = [ours, theirs].map(({ text }) => JSON.stringify(text));
  return `${shown(stream)} in pieces of ${sizes} bytes\n  ours   ${our}\n  theirs ${their}`;
}

const HTTP = new Set(['post', 'host:']);

/** Whether we answered as Redis did. */
function isRight(stream: Buffer, ours: Answer, theirs: Answer): boolean {
  if (ours.text === theirs.text) return true;
  if (ours.isCut && theirs.text.startsWith(ours.text)) return true;
  // Redis closes the connection without the replies that are on their way. How many are depends on the pieces.
  if (parseAll([stream]).requests.some(([name = '']) => HTTP.has(name.toLowerCase()))) return true;
  // Redis reads no inline request behind a zero byte.
  return stream.includes(0) && ours.text.startsWith(theirs.text);
}

/** Two pieces, or all bytes by themselves. */
function piecesOf(stream: Buffer, chance: Chance): readonly Buffer[] {
  if (stream.length < 40 && chance.hit(0.2)) return Array.from(stream, (byte) => Buffer.of(byte));
  const at = chance.below(stream.length + 1);
  return [stream.subarray(0, at), stream.subarray(at)];
}

function shown(stream: Buffer): string {
  return JSON.stringify(stream.toString('latin1'));
}

/** The most memory that a process ever had, in MiB: Linux says. */
function peakOf(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}
