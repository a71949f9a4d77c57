/** Defines the commands of `refold` and their help, and turns arguments into an exit code. */
import { Command, CommanderError } from 'commander';
import { releaseStdout } from '../guests/own-stdout.ts';
import { stopSurviving } from '../guests/surviving.ts';
import { defineBackup, defineRestore } from './commands/backup.ts';
import { defineCompact } from './commands/compact.ts';
import { defineCompletion } from './commands/completion.ts';
import { defineExport } from './commands/export.ts';
import { defineImport } from './commands/import.ts';
import { defineBisect } from './commands/looking/bisect.ts';
import { defineDiff } from './commands/looking/diff.ts';
import { defineRehearse } from './commands/looking/rehearse.ts';
import { defineWhy } from './commands/looking/why.ts';
import { defineCopy } from './commands/moving/copy.ts';
import { defineLogs } from './commands/moving/logs.ts';
import { defineSchema } from './commands/moving/schema.ts';
import { defineCheck } from './commands/reading/check.ts';
import { defineDoctor } from './commands/reading/doctor.ts';
import { defineEvents } from './commands/reading/events.ts';
import { defineInfo } from './commands/reading/info.ts';
import { defineStates } from './commands/reading/states.ts';
import { defineVerify } from './commands/reading/verify.ts';
import { defineRedact } from './commands/redact.ts';
import { defineRepair } from './commands/repair.ts';
import { defineReplay } from './commands/replaying/replay.ts';
import { defineRetag } from './commands/retag.ts';
import { defineServe } from './commands/serve.ts';
import { defineSnapshot } from './commands/snapshot.ts';
import { defineStudio } from './commands/studio.ts';
import { readQuestion } from './completion/question.ts';
import { endingOnSignals } from './interrupts.ts';
import { EXIT, EXIT_CODE_HELP } from './output/exit-codes.ts';
import { OutputFailed, outputTaken, watchOutput } from './output/output.ts';
import { reportError, reportOutput } from './output/report-error.ts';
import { chooseTimes, type TimeStyle } from './output/times.ts';

export { endDespiteModule } from '../guests/surviving.ts';

/** Runs one call of `refold`. Reports any error, and returns the exit code. */
export async function run(args: readonly string[], version: string): Promise<number> {
  watchOutput();
  const program = defineProgram(version);
  const question = readQuestion(args);
  if (question !== undefined) {
    const { answer } = await import('./completion/answer.ts');
    await answer(program, question);
    return EXIT.ok;
  }
  try {
    await endingOnSignals(() => parse(program, args));
    await outputTaken();
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof OutputFailed) return reportOutput(error);
    const named = program.commands.find((command) => command.name() === args[0]);
    const command = named === undefined ? 'refold' : `refold ${named.name()}`;
    return await reportError(error, { json: args.includes('--json'), command });
  } finally {
    // A process may run several commands.
    releaseStdout();
    stopSurviving();
    chooseTimes({});
  }
}

/** Commander throws for `--help` and `--version`, too. These are not errors. */
async function parse(program: Command, args: readonly string[]): Promise<void> {
  try {
    requireKnownTopic(program, args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const isDone = error instanceof CommanderError && error.exitCode === 0;
    if (!isDone) throw error;
  }
}

/** Commander answers `help` of an unknown command with the help of all. @throws CommanderError */
function requireKnownTopic(program: Command, [command, topic]: readonly string[]): void {
  if (command !== 'help' || topic === undefined || topic.startsWith('-')) return;
  if (!program.commands.some((one) => one.name() === topic)) program.error(`unknown command '${topic}'`);
}

/** The whole command line, before anything is parsed. */
export function defineProgram(version: string): Command {
  const program = new Command('refold')
    .usage('<command> FILE [options]')
    .description('Inspect, check and maintain refold logs: event-sourced state in one SQLite file.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // report-error.ts prints errors
    .addHelpText('after', `\n${EXIT_CODE_HELP}\n\nExample:\n  refold state book.db --model ./model.ts`);
  program.hook('preAction', (_, command) => {
    const { time, zone } = command.opts<{ readonly time?: TimeStyle; readonly zone?: string }>();
    chooseTimes({ style: time, zone });
  });
  program.commandsGroup('Inspect:');
  defineInfo(program);
  defineEvents(program);
  defineStates(program);
  defineDiff(program);
  defineWhy(program);
  program.commandsGroup('Check:');
  defineReplay(program);
  defineVerify(program);
  defineBisect(program);
  defineRehearse(program);
  defineCheck(program);
  defineDoctor(program);
  program.commandsGroup('Maintain:');
  defineSnapshot(program);
  defineCompact(program);
  defineRetag(program);
  defineRedact(program);
  defineBackup(program);
  defineRestore(program);
  defineRepair(program);
  program.commandsGroup('Export and import:');
  defineExport(program);
  defineImport(program);
  defineCopy(program);
  program.commandsGroup('PostgreSQL:');
  defineLogs(program);
  defineSchema(program);
  program.commandsGroup('Serve:');
  defineStudio(program);
  defineServe(program);
  program.commandsGroup('Help:');
  defineCompletion(program);
  return program.helpCommand('help [command]', 'print the help of a command');
}
