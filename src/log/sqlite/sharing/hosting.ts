/**
 * The thread's end of shared threads: one writer for each log, and their jobs as they come.
 *
 * A log that fails, or that waits for a lock, does not stop the others. Jobs are short; what takes longer comes after an
 * answer, one log at a time (`turns.ts`).
 */
import assert from 'node:assert';
import type { MessagePort } from 'node:worker_threads';
import type { RefoldError } from '../../../core/errors.ts';
import { type Service, serve } from '../../../threads/serving.ts';
import { readFailure } from '../file/driver.ts';
import type { JobName, Jobs, OpenedLog, WriterOptions } from '../writing/writer-protocol.ts';
import type { HostJobs } from './host-protocol.ts';
import { JobLine } from './job-line.ts';

/** The writer of one log. */
interface HostedWriter extends Service<Jobs, OpenedLog> {
  /** Ends all writing of this log. */
  fail(cause: unknown): void;
}

/** Opens a log as its writer. */
type OpenWriter = (options: WriterOptions, signal?: AbortSignal) => Promise<HostedWriter>;

/** Serves the starter of this thread, as `serve` does. */
export function hostLogs(port: MessagePort | null, openWriter: OpenWriter): Promise<void> {
  const host = new Host(openWriter);
  return serve<HostJobs>(
    port,
    (error) => failureOf(error, 'its logs'),
    () => host,
  );
}

interface Hosted {
  readonly path: string;
  readonly writer: HostedWriter;
  readonly line: JobLine;
}

class Host implements Service<HostJobs> {
  readonly opened: undefined;
  readonly #openWriter: OpenWriter;
  readonly #logs = new Map<number, Hosted>();
  readonly #opening = new Map<number, AbortController>();
  /** Those that have done a job since the last answer. */
  readonly #worked = new Set<Hosted>();

  constructor(openWriter: OpenWriter) {
    this.#openWriter = openWriter;
  }

  readonly jobs: Service<HostJobs>['jobs'] = {
    open: async ({ log, options }) => {
      const opening = new AbortController();
      this.#opening.set(log, opening);
      try {
        const writer = await this.#openWriter(options, opening.signal);
        this.#logs.set(log, { path: options.path, writer, line: new JobLine() });
        return writer.opened;
      } finally {
        this.#opening.delete(log);
      }
    },
    giveUp: (log) => this.#opening.get(log)?.abort(),
    work: ({ log, job, input }) => {
      const hosted = this.#logs.get(log);
      assert(hosted !== undefined, 'a log is asked only while it is open');
      return hosted.line.run(() => this.#work(hosted, job, input));
    },
    close: async (log) => {
      const hosted = this.#logs.get(log);
      assert(hosted !== undefined, 'a log is closed once');
      // After the jobs before it, and without waiting for a lock inside the close. What a failed log says here, it has said.
      const flush = async (): Promise<unknown> => hosted.line.run(() => this.#work(hosted, 'flush', undefined));
      await flush().catch(() => {});
      this.#close(log, hosted);
    },
  };

  #work(hosted: Hosted, job: JobName, input: any): unknown {
    try {
      const work: (input: any, tell: () => void) => unknown = hosted.writer.jobs[job];
      return work(input, () => {});
    } catch (error) {
      throw failureOf(error, hosted.path);
    } finally {
      this.#worked.add(hosted);
    }
  }

  #close(log: number, hosted: Hosted): void {
    this.#logs.delete(log);
    this.#worked.delete(hosted);
    try {
      hosted.writer.close?.();
    } catch (error) {
      throw failureOf(error, hosted.path);
    }
  }

  afterAnswer(): void {
    for (const { writer } of this.#worked) {
      try {
        writer.afterAnswer?.();
      } catch (error) {
        writer.fail(error); // uncaught, it would end the thread with all its logs
      }
    }
    this.#worked.clear();
  }
}

function failureOf(error: unknown, path: string): RefoldError {
  return readFailure(error, 'write to', path);
}
