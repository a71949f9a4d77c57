/** Calls the command line in this process. */
import { Writable } from 'node:stream';
import { run } from '../../../src/cli/program.ts';

/** What a call printed, and its exit code. */
export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One call at a time: stdout and stderr of the process are those of the call meanwhile. */
export async function call(args: readonly string[]): Promise<Told> {
  const [out, err] = [new Taken(), new Taken()];
  const before = [
    Object.getOwnPropertyDescriptor(process, 'stdout')!,
    Object.getOwnPropertyDescriptor(process, 'stderr')!,
  ];
  Object.defineProperty(process, 'stdout', { value: out, configurable: true });
  Object.defineProperty(process, 'stderr', { value: err, configurable: true });
  try {
    const code = await run(args, '0.0.0');
    return { code, out: out.text, err: err.text };
  } finally {
    process.exitCode = undefined;
    Object.defineProperty(process, 'stdout', before[0]!);
    Object.defineProperty(process, 'stderr', before[1]!);
  }
}

/** A pipe that keeps what it gets. */
class Taken extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _: BufferEncoding, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}
