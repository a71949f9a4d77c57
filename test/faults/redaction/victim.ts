/** A process that redacts a log, and dies at the step that it is told. It says each step when it begins. */
import fs from 'node:fs';
import { type LogRedaction, type LogStore, openStore } from '../../../src/index.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { FORGOTTEN, register, roll } from './register.ts';

export interface RedactionVictim {
  readonly path: string;
  /** The step at which it kills itself, counted from 1; beyond the last one for none. */
  readonly dieAt: number;
  /** For the negative controls: the log puts half of what was staged in place, or leaves its files as they are. */
  readonly lie?: 'half' | 'unscrubbed' | undefined;
}

const { path, dieAt, lie } = JSON.parse(process.argv[2] ?? '') as RedactionVictim;
let step = 0;

/** The next step begins. */
function mark(name: string): void {
  step += 1;
  fs.writeSync(1, `${step} ${name}\n`);
  if (step === dieAt) process.kill(process.pid, 'SIGKILL');
}

const log = await openSqliteLog({ path, durability: 'os' });
const store = await openStore(register, { log: watched(log) });
await store.project(roll);
mark('open');
// Appends come in between, as they would in an application.
const appending = setInterval(() => void store.append({ type: 'Counted', data: { by: 0 } }), 2);
const phases = new Set<string>();
const onProgress = ({ phase }: { readonly phase: string }): void => {
  if (phases.has(phase)) return;
  phases.add(phase);
  mark(phase);
};
await store.redact({ tag: `person:${FORGOTTEN}` }, { by: 'the victim', onProgress });
clearInterval(appending);
mark('redacted');
await store.close();
mark('closed');

function watched(given: LogStore): LogStore {
  const care = given.care!;
  const redaction = marking(care.redaction!, ['stage', 'apply', 'discard', 'scrub', 'redactions']);
  const lying = lie === undefined ? redaction : { ...lies(redaction) };
  const watchedCare = new Proxy(care, { get: (target, key) => (key === 'redaction' ? lying : bound(target, key)) });
  const marked = marking(given, ['putSnapshot', 'putCheckpoint', 'putReactor']);
  return new Proxy(marked, { get: (target, key) => (key === 'care' ? watchedCare : Reflect.get(target, key)) });
}

/** Marks the beginning and the end of some calls. */
function marking<T extends object>(target: T, methods: readonly (keyof T & string)[]): T {
  return new Proxy(target, {
    get: (_target, key) => {
      const value = bound(target, key);
      if (!methods.includes(key as keyof T & string)) return value;
      return async (...args: unknown[]) => {
        mark(`before ${String(key)}`);
        const result = await (value as (...args: unknown[]) => unknown)(...args);
        mark(`after ${String(key)}`);
        return result;
      };
    },
  });
}

function bound(target: object, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

function lies(redaction: LogRedaction): LogRedaction {
  const honest: LogRedaction = {
    chainBefore: (sequence) => redaction.chainBefore(sequence),
    stage: (blocks, outcomes) => redaction.stage(blocks, outcomes),
    apply: (row, fence) => redaction.apply(row, fence),
    discard: () => redaction.discard(),
    scrub: (onProgress) => redaction.scrub(onProgress),
    redactions: () => redaction.redactions(),
  };
  if (lie === 'unscrubbed') return { ...honest, scrub: async () => ({ milliseconds: 0 }) };
  return { ...honest, stage: (blocks, outcomes) => redaction.stage(blocks.slice(1), outcomes) };
}
