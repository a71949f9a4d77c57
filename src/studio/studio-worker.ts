/**
 * A thread of the studio: one holds a moment of the log, the other does long jobs. So neither stops the server, and a long job
 * does not stop a drag.
 */
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { type Exports, LOADING_LIMIT_MS } from '../guests/importing.ts';
import { pickModel } from '../guests/load-model.ts';
import { readableError } from '../guests/readable-error.ts';
import {
  type EventLog,
  isRefoldError,
  type Model,
  openLog,
  openPast,
  type Past,
  type PastPosition,
  RefoldError,
} from '../index.ts';
import { listEvents } from './jobs/events.ts';
import { followLog, LivePlaces } from './jobs/live.ts';
import { countTimeline, describeLog } from './jobs/log.ts';
import { findMatches } from './jobs/matches.ts';
import { compare, explain } from './jobs/questions.ts';
import type { Listed } from './jobs/sound-events.ts';
import { listTimes, sampleTimeline } from './jobs/times.ts';
import { Troubles } from './jobs/troubles.ts';
import { eventMoment } from './moments/event-moment.ts';
import { readLooks, readTable, tablePage } from './moments/look.ts';
import { Moments } from './moments/moments.ts';
import type { JobRoute, MomentRoute, StudioModule } from './open-studio.ts';
import { type Answering, serveDesk } from './server/desk-worker.ts';
import { readMoment } from './server/positions.ts';
import { readChoice, readText } from './server/query.ts';
import { pickViews } from './views/load-views.ts';
import { Views } from './views/view-routes.ts';
import { type ShownLog, whichLog } from './which-log.ts';
import type { TimelineAnswer } from './wire.ts';

/** What the thread is started with. */
export interface StudioTask extends ShownLog {
  readonly kind: 'moments' | 'jobs';
  /** The module as a URL text, and the name of its export. */
  readonly model: StudioModule | undefined;
  readonly view: StudioModule | undefined;
  /** Shared by the threads: 1 while far moments are as cheap as they get. */
  readonly warm: Int32Array<SharedArrayBuffer>;
}

/** What the thread says first. An error would lose its class on the way. */
export type StudioStart =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed';
      readonly code: RefoldError['code'];
      readonly message: string;
      readonly hint?: string | undefined;
      readonly type?: string | undefined;
    };

const task = workerData as StudioTask;
const say = (start: StudioStart): void => parentPort!.postMessage(start);
let past: Past | undefined;
let views: Views | undefined;
let opening: Promise<EventLog> | undefined;

try {
  past = task.model === undefined ? undefined : await openPast(await loadModel(task.model), await whichLog(task));
  if (past !== undefined && task.view !== undefined) views = await openViews(past, task.view);
  serveDesk(parentPort!, new Map(Object.entries(await routesOf(task.kind))));
  say({ kind: 'ready' });
} catch (thrown) {
  const { code, message, hint, type } = isRefoldError(thrown) ? thrown : defect(thrown);
  say({ kind: 'failed', code, message, hint, type });
}

function defect(thrown: unknown): RefoldError {
  const cause = readableError(thrown);
  return new RefoldError('STORE_FAILED', `Cannot open the studio: ${cause.message}`, {
    hint: 'Please report it',
    cause,
  });
}

/** @throws RefoldError `INVALID_OPTION` for a module that cannot be loaded, or has no model under this name */
async function loadModel({ module, export: name }: NonNullable<StudioTask['model']>): Promise<Model> {
  const exports = await importModule(module, 'model');
  return pickModel(exports, name, module);
}

/** A model as a command takes it. One that is not in a file is named by its whole address. */
function commandModel({ module, export: name }: StudioModule): string {
  const file = module.startsWith('file:') ? fileURLToPath(module) : module;
  return name === undefined ? file : `${file}#${name}`;
}

/** @throws RefoldError `INVALID_OPTION` for a module that cannot be loaded, or has no views of the model under this name */
async function openViews(known: Past, { module, export: name }: StudioModule): Promise<Views> {
  const found = pickViews(await importModule(module, 'view'), name, known.model);
  return new Views(found, known);
}

/** The log beside the past, opened once for all that needs it. */
function plainLog(): Promise<EventLog> {
  opening ??= whichLog(task).then(openLog);
  return opening;
}

async function importModule(module: string, kind: 'model' | 'view'): Promise<Exports> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const tooLong = (): void => reject(new Error(`it is still loading after ${LOADING_LIMIT_MS / 1_000} s`));
  const limit = setTimeout(tooLong, LOADING_LIMIT_MS).unref();
  try {
    return await Promise.race([import(module), never]);
  } catch (error) {
    throw badModule(kind, readableError(error).message, `Run it alone to see the error: ${module}`);
  } finally {
    clearTimeout(limit);
  }
}

function badModule(kind: 'model' | 'view', problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot load the ${kind}: ${problem}`, { type: kind, hint });
}

type Routes<Name extends string> = Readonly<Record<Name, Answering>>;

async function routesOf(kind: StudioTask['kind']): Promise<Routes<MomentRoute> | Routes<JobRoute>> {
  if (kind === 'jobs') return jobRoutes();
  return past === undefined ? eventRoutes() : momentRoutes(past);
}

/** Without a model a moment is its event. */
async function eventRoutes(): Promise<Routes<MomentRoute>> {
  const log = await plainLog();
  return {
    moment: async (query, signal) => {
      if (readChoice(query, 'hash', ['no', 'yes']) === 'yes' || readLooks(query.get('look')).length > 0)
        throw withoutModel();
      const at = (await readMoment(query, 'at', log)) ?? { sequence: (await log.info()).lastSequence };
      return eventMoment(log, at, signal);
    },
    table: () => Promise.reject(withoutModel()),
    value: () => Promise.reject(withoutModel()),
  };
}

function momentRoutes(known: Past): Routes<MomentRoute> {
  const moments = new Moments(known, (isWarm) => void Atomics.store(task.warm, 0, isWarm ? 1 : 0));
  return {
    moment: async (query, signal) => {
      const at = await momentOf(query);
      const hash = readChoice(query, 'hash', ['no', 'yes']) === 'yes';
      const draw = query.has('view') ? await requireViews().drawing(query) : undefined;
      const moment = await moments.ask({ at, looks: readLooks(query.get('look')), hash, draw }, signal);
      if (moment.view === undefined) return moment;
      return { ...moment, view: await requireViews().readable(moment.view, readText(query, 'of')) };
    },
    value: async (query, signal) => moments.value({ at: await momentOf(query), path: readTable(query).path }, signal),
    table: async (query, signal) => {
      const look = readTable(query);
      const key = readText(query, 'key');
      if (key !== undefined) {
        const { path, from: after } = look;
        return moments.find({ at: await momentOf(query), path, key, after }, signal);
      }
      const { sequence, look: looked } = await moments.ask({ at: await momentOf(query), looks: [look] }, signal);
      return { sequence, ...tablePage(look, looked[0]!) };
    },
  };
}

/** The moment that is asked for; default the end of the log. */
async function momentOf(query: URLSearchParams): Promise<PastPosition> {
  const known = requirePast();
  return (await readMoment(query, 'at', known)) ?? (await known.range()).last;
}

async function jobRoutes(): Promise<Routes<JobRoute>> {
  const log = await plainLog();
  const troubles = new Troubles(task.path);
  const listed = { log, troubles };
  const following = { ticking: everySecond, fingerprint: past?.fingerprint, troubles, places: new LivePlaces() };
  return {
    log: async () =>
      describeLog({
        ...listed,
        past,
        model: task.model && commandModel(task.model),
        views: await views?.infos(),
        warm: Atomics.load(task.warm, 0) === 1,
      }),
    timeline: (query, signal) => timelineOf(listed, query, signal),
    times: (query, signal) => listTimes(log, query, signal),
    events: (query, signal) => listEvents(listed, query, signal),
    matches: (query, signal) => findMatches(listed, query, signal),
    live: (query, signal) => followLog(log, query, signal, following),
    why: (query, signal) => explain(requirePast(), query, signal),
    diff: async (query, signal) => compare(requirePast(), query, signal),
    tile: async (query, signal) => requireViews().tile(query, signal),
    tape: async (query, signal) =>
      requireViews().tape(query, await requirePast().locate(await momentOf(query)), signal),
  };
}

function timelineOf(listed: Listed, query: URLSearchParams, signal: AbortSignal): Promise<TimelineAnswer> {
  const isSampled = readChoice(query, 'sample', ['no', 'yes']) === 'yes';
  return (isSampled ? sampleTimeline : countTimeline)(listed, query, signal);
}

function everySecond(run: () => void): () => void {
  const timer = setInterval(run, 1_000);
  return () => clearInterval(timer);
}

function requirePast(): Past {
  if (past === undefined) throw withoutModel();
  return past;
}

function requireViews(): Views {
  if (views !== undefined) return views;
  throw new RefoldError('INVALID_OPTION', 'Cannot draw a view: the studio was opened without one', {
    type: 'view',
    hint: 'Start it with --view ./view.ts',
  });
}

function withoutModel(): RefoldError {
  return new RefoldError('INVALID_OPTION', 'Cannot build a state: the studio was opened without a model', {
    type: 'model',
    hint: 'Start it with --model ./model.ts',
  });
}
