/** `refold studio`: a page in the browser that shows any moment of a log. The server runs in the foreground, and only reads. */

import { pathToFileURL } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { locateModule } from '../../guests/load-model.ts';
import { isRefoldError, type LogInfo, openLog } from '../../index.ts';
import type { Studio, StudioModule, StudioOptions } from '../../studio/index.ts';
import { collect, FILE, JSON_OPTION, type JsonOption, MODEL } from '../args.ts';
import { requireFile } from '../files.ts';
import { nameLog, whereIs } from '../logs.ts';
import { findModelFor, tellModel, whyUnused } from '../model.ts';
import { EXIT } from '../output/exit-codes.ts';
import { printAnswer } from '../output/output.ts';
import { counted, oneLine, paintError, time } from '../output/text.ts';

interface Options extends JsonOption {
  readonly model?: string;
  readonly view?: string;
  readonly port?: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
}

const STUDIO_HELP = `
Examples:
  refold studio book.db
  refold studio book.db --model ./model.ts --view ./view.ts#bookView
  refold studio book.db --allow-host book.example.com:443`;

export function defineStudio(program: Command): void {
  program
    .command('studio')
    .argument(...FILE)
    .description('show any moment of a log in the browser')
    .option(...MODEL)
    .option('--view <module>', 'how the model is drawn: ./view.ts#name picks an export (default: the default export)')
    .option('--port <number>', 'listen on this port (default: 7336, or the next free one)', parsePort)
    .option('--host <address>', 'listen on this address; other machines reach it (default: 127.0.0.1)')
    .option('--allow-host <name:port>', 'answer under this name as well, such as that of a tunnel', collect)
    .option(JSON_OPTION[0], 'print the address as one JSON object on stdout')
    .addHelpText('after', STUDIO_HELP)
    .action(async function action(this: Command): Promise<void> {
      await show(nameLog(this.args[0]!), this.opts<Options>());
    });
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Give a port from 0 to 65535.');
}

/** Shows the log until a signal ends the process. */
async function show(file: string, options: Options): Promise<void> {
  await requireFile(file);
  const asked = infoOf(file);
  const [info, studio] = await bothOf(asked, open(file, options, asked));
  endOnSignals(studio);
  warnOfOthers(options.host);
  await printAnswer(
    { json: { ...headOf(info), url: studio.url }, text: () => `${headLine(info)}\n${studio.url}  ${HOW_IT_ENDS}\n` },
    options.json === true,
  );
  await new Promise(() => {}); // its connections keep the process alive
}

const HOW_IT_ENDS = 'read only, Ctrl-C ends';

/** The facts of the log, and the studio, which is opened meanwhile. If one of them fails, nothing stays open. */
async function bothOf(asked: Promise<LogInfo>, opening: Promise<Studio>): Promise<[LogInfo, Studio]> {
  const [info, studio] = await Promise.allSettled([asked, opening]);
  if (info.status === 'fulfilled' && studio.status === 'fulfilled') return [info.value, studio.value];
  if (studio.status === 'fulfilled') await studio.value.close();
  return [await asked, await opening]; // the failure
}

async function infoOf(path: string): Promise<LogInfo> {
  await using log = await openLog(whereIs(path));
  return await log.info();
}

/** A model that was found, and not given, is only used if the log belongs to it. */
async function open(
  path: string,
  { model, view, port, host, allowHost }: Options,
  asked: Promise<LogInfo>,
): Promise<Studio> {
  const { openStudio } = await import('../../studio/index.ts');
  const plain: StudioOptions = { ...whereIs(path), port, host, allowHosts: allowHost };
  const shown = view === undefined ? plain : { ...plain, view: moduleOf(view, 'view') };
  const found = findModelFor(model);
  if (found === undefined) return openStudio(shown);
  if (found.from === undefined || (await asked).model !== undefined) {
    try {
      const studio = await openStudio({ ...shown, model: moduleOf(found.specifier) });
      tellModel(found);
      return studio;
    } catch (error) {
      if (found.from === undefined || !isRefoldError(error, 'MODEL_MISMATCH')) throw error;
    }
  }
  tellModel(found, whyUnused((await asked).model));
  return openStudio(shown);
}

/** `./model.ts#name` as a module. */
function moduleOf(specifier: string, kind?: 'view'): StudioModule {
  const { path, name } = locateModule(specifier, kind);
  return { module: pathToFileURL(path).href, ...(name !== undefined && { export: name }) };
}

/** The first signal closes the studio, which leaves the folder of the log as it was. The second one ends the process at once. */
function endOnSignals(studio: Studio): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) process.exit(EXIT.interrupted);
    isEnding = true;
    void studio.close().finally(() => process.exit(EXIT.interrupted));
  };
  process.on('SIGINT', end).on('SIGTERM', end);
}

function warnOfOthers(host: string | undefined): void {
  if (host === undefined || LOOPBACK.test(host)) return;
  const label = paintError('cyan', 'warning:');
  console.error(`${label} other machines can reach ${oneLine(host)}: a person with the address reads the whole log`);
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/i;

function headOf({ path, model, events, firstSequence, lastSequence, firstRecordedAt, lastRecordedAt }: LogInfo) {
  return {
    path,
    ...(model !== undefined && { model }),
    ...{ events, firstSequence, lastSequence },
    ...(firstRecordedAt !== undefined && { firstRecordedAt, lastRecordedAt }),
  };
}

/** `book.db: model orderbook, 1,015 events, 2012-06-21T13:30:00.004Z to 2012-06-21T20:00:00.120Z` */
function headLine({ path, model, events, firstRecordedAt, lastRecordedAt }: LogInfo): string {
  const span = firstRecordedAt === undefined ? [] : [`${time(firstRecordedAt)} to ${time(lastRecordedAt!)}`];
  const named = model === undefined ? 'no model' : `model ${model}`;
  return oneLine(`${path}: ${[named, counted(events, 'event'), ...span].join(', ')}`);
}
