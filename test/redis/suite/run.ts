/**
 * Runs units of Redis's own suite, each against a new server with a new file, and writes what happened into a page.
 *
 *     node --conditions=refold-source test/redis/suite/run.ts FOLDER [--slow] [--logs DIR [--read]] [--page FILE] [UNIT …]
 *
 * FOLDER is the source tree of Redis 7.0.15 with the links that README.md names. Without units all are run, which takes about
 * ten minutes. `--slow` runs the tests that the suite calls slow as well. `--read` runs nothing, and reads the
 * logs of an earlier run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Outcome, outcomeOf } from './outcome.ts';
import { pageOf } from './page.ts';
import { patternOf, testsOf, type UnitTest } from './tests-of.ts';
import { EXTERNAL_UNITS, INTERNAL_UNITS, NOT_RUN } from './units.ts';

const LAUNCHER = join(import.meta.dirname, 'redis-server');
/** How long a unit may take, and how long the suite waits for an answer, in seconds. */
const UNIT_SECONDS = 600;
const IDLE_SECONDS = 120;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slow: { type: 'boolean' },
    logs: { type: 'string' },
    read: { type: 'boolean' },
    page: { type: 'string' },
  },
});
const [folder, ...units] = positionals;
if (folder === undefined) {
  console.error('Name the source tree of Redis 7.0.15');
  process.exit(2);
}
const logs = resolve(values.logs ?? mkdtempSync(join(tmpdir(), 'refold-suite-')));
mkdirSync(logs, { recursive: true });

const outcomes: Outcome[] = [];
for (const unit of units.length > 0 ? units : [...EXTERNAL_UNITS, ...INTERNAL_UNITS]) {
  const outcome = await outcomeOfUnit(unit);
  outcomes.push(outcome);
  const { failed, leftOut, passed, ending } = outcome;
  console.log(`${unit}: ${passed.length} passed, ${failed.length} failed, ${leftOut.length} left out (${ending})`);
  for (const name of failed) console.log(`  failed: ${name}`);
}
if (values.page !== undefined) writeFileSync(values.page, pageOf(outcomes, new Date().toISOString().slice(0, 10)));
console.log(`Logs: ${logs}`);

async function outcomeOfUnit(unit: string): Promise<Outcome> {
  const isInternal = INTERNAL_UNITS.includes(unit);
  const tests = testsOf(readFileSync(join(folder!, 'tests', `${unit}.tcl`), 'latin1'));
  const log = join(logs, `${unit.replaceAll('/', '_')}.log`);
  const hasEnded = values.read === true || (await run(unit, isInternal, tests, log));
  return outcomeOf(unit, isInternal, tests, readFileSync(log, 'latin1'), hasEnded);
}

/** Runs a unit, and gives whether the suite ended by itself. */
async function run(unit: string, isInternal: boolean, tests: readonly UnitTest[], log: string): Promise<boolean> {
  const skipped = tests.filter(({ lack, name }) => lack !== undefined || NOT_RUN.has(name)).map(patternOf);
  const place = mkdtempSync(join(tmpdir(), 'refold-suite-'));
  const server = isInternal ? undefined : await startServer(place, `${log}.server`);
  try {
    const args = ['tests/test_helper.tcl', '--single', unit, '--durable', '--no-latency', '--clients', '1'];
    args.push('--timeout', String(IDLE_SECONDS), ...(values.slow ? [] : ['--tags', '-slow']));
    if (server !== undefined) args.push('--host', '127.0.0.1', '--port', String(server.port));
    else args.push('--baseport', String(30_000 + Math.floor(Math.random() * 100) * 100), '--portcount', '100');
    if (skipped.length > 0) {
      writeFileSync(join(place, 'skipped'), skipped.map((pattern) => `/${pattern}`).join('\n'));
      args.push('--skipfile', join(place, 'skipped'));
    }
    return await runSuite(args, log);
  } finally {
    if (server !== undefined) await end(server.process);
    rmSync(place, { recursive: true, force: true });
  }
}

/** Resolves to whether the suite ended by itself. */
async function runSuite(args: readonly string[], log: string): Promise<boolean> {
  const child = spawn('tclsh8.6', args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TERM: 'dumb' },
  });
  const output = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  const timer = setTimeout(() => killGroup(child), UNIT_SECONDS * 1000);
  await new Promise((done) => void child.once('close', done));
  clearTimeout(timer);
  const hasEnded = child.signalCode === null;
  // A client of the suite may still wait for an answer.
  killGroup(child);
  await new Promise((done) => void output.end(done));
  return hasEnded;
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

interface Server {
  readonly port: number;
  readonly process: ChildProcess;
}

async function startServer(place: string, log: string): Promise<Server> {
  const port = await freePort();
  const options = ['--dir', place, '--port', String(port), '--save', '', '--appendfsync', 'no'];
  const child = spawn(LAUNCHER, [...options, '--enable-debug-command', 'yes', '--enable-protected-configs', 'yes'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = createWriteStream(log);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  // A server that listens may still be loading.
  for (let tries = 0; !said.includes('Ready to accept'); tries++) {
    if (child.exitCode !== null || tries === 600) throw new Error(`The server did not start: ${log}`);
    await pause(100);
  }
  return { port, process: child };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => void child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => done(port));
      });
  });
}
