/** `refold doctor`: looks a log over and says what to do. It changes nothing, and works beside a running writer. */
import type { Command } from 'commander';
import { answering, FILE, JSON_OPTION, type JsonOption, MODEL } from '../../args.ts';
import { type Check, isWell, judge } from '../../doctor/checks.ts';
import { gatherFacts } from '../../doctor/facts.ts';
import { requireFile } from '../../files.ts';
import { modelIfAny } from '../../model.ts';
import { EXIT } from '../../output/exit-codes.ts';
import { hanging } from '../../output/lines.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { counted, oneLine, paint } from '../../output/text.ts';

interface Options extends JsonOption {
  readonly model?: string;
}

export function defineDoctor(program: Command): void {
  program
    .command('doctor')
    .argument(...FILE)
    .description('look over file, blocks, snapshots, recovery, disk and clock, and name the command that repairs it')
    .option(...MODEL)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold doctor book.db --model ./model.ts')
    .action(answering(([file], options: Options) => doctor(file!, options)));
}

async function doctor(file: string, { model: specifier }: Options): Promise<Answer> {
  await requireFile(file);
  const choice = await modelIfAny(file, specifier);
  const facts = await withProgress(({ onProgress }) => gatherFacts(file, choice, onProgress));
  const checks = judge(facts);
  const ok = isWell(checks);
  return {
    json: { path: file, ...(choice && { model: choice.model.name }), ok, checks },
    text: () => describe(file, checks),
    exitCode: ok ? EXIT.ok : EXIT.checkFailed,
  };
}

const STATUS_MARKS: Readonly<Record<Check['status'], string>> = { ok: '✓', remark: '·', problem: '✗', 'left out': '-' };
const STATUS_COLOURS = { ok: 'green', remark: 'cyan', problem: 'red', 'left out': 'dim' } as const;

function describe(file: string, checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, text, command }) => [
    paint(STATUS_COLOURS[status], STATUS_MARKS[status]) +
      hanging(`  ${name.padEnd(width)}  `, oneLine(text)).slice(1, -1),
    ...(command === undefined ? [] : [`  ${' '.repeat(width)}  run: ${oneLine(command)}`]),
  ]);
  return `${[`${oneLine(file)}: ${verdict(checks)}`, ...lines].join('\n')}\n`;
}

function verdict(checks: readonly Check[]): string {
  const problems = checks.filter(({ status }) => status === 'problem').length;
  const remarks = checks.filter(({ status }) => status === 'remark').length;
  if (problems > 0) return paint('red', counted(problems, 'problem'));
  return paint('green', remarks === 0 ? 'well' : `well, ${counted(remarks, 'remark')}`);
}
