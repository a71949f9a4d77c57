/** redis-cli, used as people use it: at a terminal, in pipes, and in its special modes. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectTo, requestOf, startServer, type TestClient } from '../harness.ts';

const HAS_CLI = spawnSync('redis-cli', ['--version']).status === 0;

/** A process whose output is waited for. */
class Talk {
  output = '';
  readonly #process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<void>;

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { env: { ...process.env, TERM: 'xterm', HOME: '/nonexistent' } });
    this.ended = new Promise((resolve) => void this.#process.once('close', () => resolve()));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    onTestFinished(() => void this.#process.kill('SIGKILL'));
  }

  say(text: string): void {
    this.#process.stdin.write(text);
  }

  hangUp(): void {
    this.#process.stdin.end();
  }

  /** Waits until the output since the last time has the text. The test's own timeout ends the wait. */
  async hears(text: string): Promise<void> {
    while (!this.output.includes(text)) await pause(5);
    this.output = this.output.slice(this.output.indexOf(text) + text.length);
  }
}

async function start(): Promise<{ readonly port: number; readonly client: TestClient }> {
  const { port } = await startServer();
  return { port, client: await connectTo({ port }) };
}

function cli(port: number, ...args: readonly string[]): Talk {
  return new Talk('redis-cli', ['-p', String(port), ...args]);
}

/** A command whose input and output are a terminal. */
function atTerminal(command: string): Talk {
  // Without a width, redis-cli asks the terminal for it, and nothing here would answer.
  return new Talk('script', ['-qfec', `stty cols 80 rows 24; exec ${command}`, '/dev/null']);
}

/** Everything that redis-cli prints. */
async function printed(port: number, ...args: readonly string[]): Promise<string> {
  const talk = cli(port, ...args);
  talk.hangUp();
  await talk.ended;
  return talk.output;
}

describe.skipIf(!HAS_CLI)('redis-cli', () => {
  test('at a terminal: hints, transactions, databases, and messages until Ctrl-C', async () => {
    const { port, client } = await start();
    const terminal = atTerminal(`redis-cli -p ${port}`);
    await terminal.hears(`127.0.0.1:${port}> `);
    terminal.say('set ');
    await terminal.hears('key value'); // the hint, from COMMAND DOCS
    terminal.say('greeting "hello \\x41"\r');
    await terminal.hears('OK');
    terminal.say('get greeting\r');
    await terminal.hears('"hello A"');
    terminal.say('multi\r');
    await terminal.hears('(TX)> ');
    terminal.say('incr n\r');
    await terminal.hears('QUEUED');
    terminal.say('exec\r');
    await terminal.hears('1) (integer) 1');
    terminal.say('select 3\r');
    await terminal.hears('[3]> ');
    terminal.say('nosuch\r');
    await terminal.hears("(error) ERR unknown command 'nosuch'");
    terminal.say('hello 3\r');
    await terminal.hears('"proto" => (integer) 3');
    terminal.say('subscribe news\r');
    await terminal.hears('3) (integer) 1');
    await client.call('PUBLISH', 'news', 'it rains');
    await terminal.hears('"it rains"');
    terminal.say('\x03');
    await terminal.hears('[3]> ');
    terminal.say('publish news "unheard"\r');
    await terminal.hears('(integer) 0');
    terminal.say('exit\r');
    await terminal.ended;
    expect(await client.call('GET', 'greeting')).toBe('hello A');
  });

  test('--scan, --bigkeys and --memkeys look at every key', async () => {
    const { port, client } = await start();
    for (let number = 0; number < 100; number++) await client.call('SET', `key:${number}`, 'x'.repeat(number));
    await client.call('RPUSH', 'list', 1, 2, 3);
    await client.call('HSET', 'hash', 'a', 1, 'b', 2);
    await client.call('SADD', 'set', 1, 2, 3, 4);
    await client.call('ZADD', 'zset', 1, 'a');
    await client.call('XADD', 'stream', '*', 'a', 1);
    const lines = (await printed(port, '--scan', '--pattern', 'key:*')).trim().split('\n');
    expect(lines.toSorted()).toEqual(Array.from({ length: 100 }, (_, number) => `key:${number}`).toSorted());
    const big = await printed(port, '--bigkeys');
    expect(big).toContain('Sampled 105 keys in the keyspace!');
    expect(big).toContain(`Biggest string found '"key:99"' has 99 bytes`);
    for (const [kind, size] of Object.entries({ list: '3 items', hash: '2 fields', set: '4 members' })) {
      expect(big).toMatch(new RegExp(`Biggest +${kind} found '"${kind}"' has ${size}`));
    }
    const heavy = await printed(port, '--memkeys');
    expect(heavy).toContain('Sampled 105 keys in the keyspace!');
    expect(heavy).toMatch(/Biggest string found '"key:99"' has \d+ bytes/);
  });

  test('--pipe sends many commands, and counts errors', async () => {
    const { port, client } = await start();
    const talk = cli(port, '--pipe');
    for (let number = 0; number < 5_000; number++) talk.say(requestOf(['SET', `key:${number}`, number]));
    talk.say(requestOf(['INCR', 'key:1', 'wrong']));
    talk.say('PING\r\n');
    talk.hangUp();
    await talk.ended;
    expect(talk.output).toContain('errors: 1, replies: 5002');
    expect(await client.call('DBSIZE')).toBe(5_000);
  });

  test('--latency and --stat measure', async () => {
    const { port } = await start();
    expect(await printed(port, '--latency', '-i', '0.1')).toMatch(/^\d+ \d+ \d+\.\d\d \d+\n$/);
    const stat = atTerminal(`redis-cli -p ${port} --stat -i 0.05`);
    await stat.hears('keys       mem      clients blocked requests            connections');
    await stat.hears('\n0 ');
    stat.say('\x03');
    await stat.ended;
  });

  test('MONITOR and SUBSCRIBE show what happens', async () => {
    const { port, client } = await start();
    const [monitor, subscriber] = [cli(port, 'monitor'), cli(port, 'psubscribe', 'n*')];
    await monitor.hears('OK\n');
    await subscriber.hears('psubscribe\nn*\n1\n');
    await client.call('SET', 'key', 'a "quoted" value');
    await monitor.hears('] "SET" "key" "a \\"quoted\\" value"\n');
    await client.call('PUBLISH', 'news', 'it rains');
    await subscriber.hears('pmessage\nn*\nnews\nit rains\n');
  });

  test('prints replies in every form', async () => {
    const { port, client } = await start();
    await client.call('HSET', 'h', 'a', 1);
    const later = async (...args: string[]) => (await printed(port, ...args)).trim();
    expect(await later('hgetall', 'h')).toBe('a\n1');
    expect(await later('-3', '--json', 'hgetall', 'h')).toBe('{"a":"1"}');
    expect(await later('--csv', 'hgetall', 'h')).toBe('"a","1"');
    expect(await later('--no-raw', 'hgetall', 'h')).toBe('1) "a"\n2) "1"');
    expect(await later('-3', '--no-raw', 'hgetall', 'h')).toBe('1# "a" => "1"');
    expect(await later('-n', '2', '-r', '2', 'incr', 'n')).toBe('1\n2');
    expect(await later('-e', 'nosuch')).toContain('ERR unknown command');
  });
});
