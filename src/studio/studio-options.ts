/** Checks the options of the studio before a thread starts or a port is taken. */
import { RefoldError } from '../index.ts';
import type { StudioModule, StudioOptions } from './open-studio.ts';
import type { ShownLog } from './which-log.ts';

type CheckedOptions = Omit<StudioOptions, 'path' | 'log'> &
  ShownLog & { readonly host: string; readonly allowHosts: readonly string[] };

/** @throws RefoldError `INVALID_OPTION`, naming the option */
export function checkOptions(options: StudioOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw badOption('path', 'there are no options', HINT_PATH);
  const { model, view, port, host = '127.0.0.1', allowHosts = [] } = options;
  const shown = shownLogOf(options);
  if (model !== undefined && !isModule(model)) throw badOption('model', 'it is not a module and an export', HINT_MODEL);
  if (view !== undefined && !isModule(view)) throw badOption('view', 'it is not a module and an export', HINT_MODEL);
  if (view !== undefined && model === undefined)
    throw badOption('view', 'a view needs the model whose states it draws', 'Give the model as well');
  if (port !== undefined && !isPort(port)) throw badOption('port', 'it is not a port', 'Give a whole number to 65535');
  if (typeof host !== 'string' || !HOST.test(host)) throw badOption('host', 'it is not an address', HINT_HOST);
  if (!Array.isArray(allowHosts)) throw badOption('allowHosts', 'it is not a list', HINT_ALLOWED);
  for (const name of allowHosts) {
    if (typeof name !== 'string' || !ALLOWED.test(name) || !URL.canParse(`http://${name}`))
      throw badOption('allowHosts', `${JSON.stringify(name) ?? 'undefined'} is not NAME:PORT`, HINT_ALLOWED);
  }
  return { ...shown, model, view, port, host, allowHosts: [...allowHosts] };
}

function shownLogOf({ path, log }: StudioOptions): ShownLog {
  if (log === undefined) {
    if (typeof path !== 'string' || path === '') throw badOption('path', 'it is not the path of a file', HINT_PATH);
    return { path, source: undefined };
  }
  if (path !== undefined) throw badOption('log', 'there is a path as well', 'Give either path or log');
  if (typeof log !== 'object' || log === null || typeof log.name !== 'string' || typeof log.thread !== 'object') {
    throw badOption(
      'log',
      'no other thread can open it',
      'Give a log source { name, open, thread }, or copy the log to a file',
    );
  }
  return { path: log.name, source: log.thread };
}

/** A name or an address, without a port and without the brackets of an address of IPv6. */
const HOST = /^[\w.:%-]+$/;
const ALLOWED = /^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i;

const HINT_PATH = 'Give the path of a refold file';
const HINT_MODEL = 'Give { module: import.meta.url, export: NAME }';
const HINT_HOST = 'Give an address of this machine, such as 127.0.0.1';
const HINT_ALLOWED = 'Give the names of tunnels, as NAME:PORT';

function isModule(model: StudioModule): boolean {
  if (typeof model !== 'object' || model === null) return false;
  return isUrl(model.module) && (model.export === undefined || typeof model.export === 'string');
}

function isUrl(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function badOption(type: string, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open the studio: ${type}: ${problem}`, { type, hint });
}
