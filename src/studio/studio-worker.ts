/**
 * A thread of the studio: one holds a moment of the log, the other does long jobs. So neither stops the server, and a long job
 * does not stop a drag.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type EventLog, type Model, openLog, openPast, type Past, RefoldError } from '../index.ts';
import { listEvents } from './jobs/events.ts';
import { followLog } from './jobs/live.ts';
import { countTimeline, describeLog } from './jobs/log.ts';
import { compare, explain } from './jobs/questions.ts';
import { readLooks, readTable, tablePage } from './moments/look.ts';
import { Moments } from './moments/moments.ts';
import { serveDesk } from './server/desk-worker.ts';
import type { Route } from './server/http-server.ts';
import { readChoice, readSequence } from './server/query.ts';

/** What the thread is started with. */
export interface StudioTask {
  readonly kind: 'moments' | 'jobs';
  readonly path: string;
  /** The module as a URL text, and the name of its export. */
  readonly model: { readonly module: string; readonly export: string } | undefined;
}

const task = workerData as StudioTask;
const past = task.model === undefined ? undefined : await openPast(await loadModel(task.model), { path: task.path });
serveDesk(parentPort!, task.kind === 'moments' ? momentRoutes() : await jobRoutes());
parentPort!.postMessage({ kind: 'ready' });

/** @throws RefoldError `INVALID_OPTION` for a module that cannot be loaded; `openPast` throws it for what is not a model */
async function loadModel({ module, export: name }: NonNullable<StudioTask['model']>): Promise<Model> {
  const exports = await importModule(module);
  if (!Object.hasOwn(exports, name)) {
    throw badModel(`${module} has no export ${name}`, `Its exports are ${Object.keys(exports).join(', ') || 'none'}`);
  }
  return exports[name] as Model;
}

async function importModule(module: string): Promise<{ readonly [name: string]: unknown }> {
  try {
    return await import(module);
  } catch (error) {
    throw badModel(error instanceof Error ? error.message : String(error), `Run it alone to see the error: ${module}`);
  }
}

function badModel(problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot load the model: ${problem}`, { type: 'model', hint });
}

function momentRoutes(): ReadonlyMap<string, Route> {
  const moments = past === undefined ? undefined : new Moments(past);
  const requireMoments = (): Moments => {
    if (moments === undefined) throw withoutModel();
    return moments;
  };
  return new Map<string, Route>([
    [
      'moment',
      async (query, signal) => {
        const at = await momentOf(query);
        const hash = readChoice(query, 'hash', ['no', 'yes']) === 'yes';
        return requireMoments().ask({ at, looks: readLooks(query.get('look')), hash }, signal);
      },
    ],
    [
      'table',
      async (query, signal) => {
        const look = readTable(query);
        const { sequence, look: looked } = await requireMoments().ask(
          { at: await momentOf(query), looks: [look] },
          signal,
        );
        return { sequence, ...tablePage(look, looked[0]!) };
      },
    ],
  ]);
}

/** The moment that is asked for; default the end of the log. */
async function momentOf(query: URLSearchParams): Promise<number> {
  return readSequence(query, 'at', (await requirePast().range()).last);
}

async function jobRoutes(): Promise<ReadonlyMap<string, Route>> {
  const log: EventLog = await openLog({ path: task.path });
  return new Map<string, Route>([
    ['log', () => describeLog(log, past)],
    ['timeline', (query, signal) => countTimeline(log, query, signal)],
    ['events', (query, signal) => listEvents(log, query, signal)],
    ['live', (query, signal) => followLog(log, query, signal)],
    ['why', (query, signal) => explain(requirePast(), query, signal)],
    ['diff', async (query, signal) => compare(requirePast(), query, signal)],
  ]);
}

function requirePast(): Past {
  if (past === undefined) throw withoutModel();
  return past;
}

function withoutModel(): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot build a state: the studio was opened without a model', {
    type: 'model',
    hint: 'Start it with --model ./model.ts',
  });
}
