/** Redis with its append-only file synced always, driven by its own benchmark; only where it is installed already. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { myTurn } from '../../measuring/turns.ts';
import type { Context, Row, Workload } from '../../measuring/workload.ts';

/** About the size of an event's JSON. */
const VALUE_BYTES = 95;
const PIPELINE = 50;

export const redisWorkloads: readonly Workload[] = [
  { name: 'redis', needs: ['redis-server', 'redis-benchmark'], run: redisRows },
];

/** Whether the program answers. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

async function redisRows({ sizes, folder }: Context): Promise<Row[]> {
  const port = await freePort();
  const settings = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--bind', '127.0.0.1'];
  const server = spawn('redis-server', ['--port', String(port), '--dir', folder, ...settings], { stdio: 'ignore' });
  try {
    await untilReady(port);
    const requests = Math.round(200_000 * sizes.secondsPerRun);
    setRate(port, requests);
    const runs: number[] = [];
    for (let run = 0; run < sizes.runs; run++) {
      await myTurn();
      runs.push(setRate(port, requests));
    }
    const what = `SET of ${VALUE_BYTES} bytes, 50 clients, pipeline ${PIPELINE}`;
    return [
      { name: 'redis', what, by: redisVersion(), durability: 'synced (appendfsync always)', unit: 'commands/s', runs },
    ];
  } finally {
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'exit');
  }
}

/** One run of `redis-benchmark`, whose CSV line is `"SET","65359.48",…`. */
function setRate(port: number, requests: number): number {
  const args = ['-p', port, '-t', 'set', '-n', requests, '-r', 1_000_000, '-d', VALUE_BYTES, '-c', 50, '-P', PIPELINE];
  const { stdout } = spawnSync('redis-benchmark', [...args.map(String), '--csv'], { encoding: 'utf8' });
  const rate = /^"SET[^"]*","([\d.]+)"/m.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`redis-benchmark said: ${stdout}`);
  return Number(rate);
}

function redisVersion(): string {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return `Redis ${/v=([\d.]+)/.exec(stdout)?.[1] ?? ''}`.trim();
}

async function untilReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout?.includes('PONG')) return;
    await setTimeout(100);
  }
  throw new Error('redis-server did not answer within ten seconds');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
