/** The calls whose output is held, by command. Each command has a folder with the logs of `logs.ts`; its calls run in this order. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Call {
  readonly args: readonly string[];
  /** What is done before, in the folder of the command. */
  readonly before?: (folder: string) => void;
}

const BANK = fileURLToPath(new URL('../fixtures/bank.ts', import.meta.url));

/** Words as in a shell; none of them has a space. `BANK` is the module of the models. */
function call(words: string, before?: Call['before']): Call {
  const args = words.split(' ').map((word) => word.replace(/^BANK/, BANK).replaceAll('_', ' '));
  return before === undefined ? { args } : { args, before };
}

const MODEL = '--model BANK';

/** Files with lines of events. */
const LINES = [
  '{"sequence":1,"recordedAt":1706702400000,"type":"RateSet","version":1,"data":{"tier":2,"rate":0.5},"meta":{"by":"web"}}',
  '{"sequence":2,"recordedAt":1706702399000,"type":"RateSet","version":1,"data":{"tier":1,"rate":0.25}}',
];

const write =
  (name: string, text: string): Call['before'] =>
  (folder) =>
    writeFileSync(join(folder, name), text);

export const CALLS: { readonly [command: string]: readonly Call[] } = {
  info: [
    call('info bank.db'),
    call(`info bank.db --snapshots --types ${MODEL}`),
    call('info bank.db --model BANK#fee'),
    call('info empty.db'),
    call('info ../busy.db'),
    call('info missing.db'),
  ],
  events: [
    call('events bank.db'),
    call('events ../busy.db'),
    call('events bank.db --type Withdrawn --reverse'),
    call('events bank.db --tag account:eve --limit 1'),
    call('events bank.db --last 2'),
    call('events bank.db --where data.cents_>_100_and_type_=_Deposited'),
    call(`events bank.db --type Nothing`),
    call('events bank.db --where cents_>_100'),
    call('events empty.db'),
    call('events bank.db --from 2020-01-01 --to first'),
    call('events bank.db --to 2020-01-01'),
    call('events damaged.db'),
    call('events nothing.db'),
  ],
  state: [
    call(`state bank.db ${MODEL}`),
    call(`state empty.db ${MODEL}`),
    call(`state bank.db accounts.ada ${MODEL}`),
    call(`state bank.db accounts.ada.note ${MODEL}`),
    call(`state bank.db --keys ${MODEL}`),
    call(`state bank.db accounts --keys --rows 2..9 ${MODEL}`),
    call(`state bank.db accounts --rows 2 ${MODEL}`),
    call(`state bank.db --rows 4.. ${MODEL}`),
    call(`state bank.db moved --keys ${MODEL}`),
    call(`state bank.db accounts.eve ${MODEL}`),
    call('state bank.db'),
    call('state bank.db --model BANK#shop'),
    call('state bank.db --model BANK#throwing'),
  ],
  at: [
    call(`at bank.db 6 ${MODEL}`),
    call(`at bank.db 0 ${MODEL}`),
    call(`at bank.db 12:05 accounts ${MODEL}`),
    call(`at bank.db last-3 accounts.eve ${MODEL}`),
    call(`at bank.db 6 rates --keys ${MODEL}`),
    call(`at bank.db 6 rates --rows 1 ${MODEL}`),
    call(`at bank.db 2020-01-01 ${MODEL}`),
    call(`at bank.db 99 ${MODEL}`),
    call(`at bank.db yesterday ${MODEL}`),
  ],
  diff: [
    call(`diff bank.db first last ${MODEL}`),
    call(`diff bank.db last first --limit 1 ${MODEL}`),
    call(`diff bank.db 5 9 ${MODEL}`),
    call(`diff bank.db 5 9 --only accounts.ada ${MODEL}`),
    call(`diff bank.db 1 2 --only accounts.ada ${MODEL}`),
    call(`diff bank.db 5 6 ${MODEL}`),
    call(`diff bank.db 9 9 ${MODEL}`),
    call(`diff order.db 2 last ${MODEL}`),
    call(`diff order.db 2 last --only accounts ${MODEL}`),
    call(`diff empty.db first last ${MODEL}`),
    call(`diff bank.db 5 99 ${MODEL}`),
  ],
  why: [
    call(`why bank.db accounts.ada ${MODEL}`),
    call(`why bank.db accounts.ada.note --limit 1 ${MODEL}`),
    call(`why bank.db accounts.ada.limit --forward ${MODEL}`),
    call(`why bank.db accounts.eve --before 13 ${MODEL}`),
    call(`why bank.db accounts.zoe ${MODEL}`),
    call(`why empty.db accounts ${MODEL}`),
    call(`why bank.db accounts[ ${MODEL}`),
    call('why bank.db accounts --model BANK#throwing'),
  ],
  bisect: [
    call(`bisect bank.db solvent ${MODEL}`),
    call(`bisect bank.db solvent --every-event ${MODEL}`),
    call(`bisect bank.db solvent --fast ${MODEL}`),
    call(`bisect bank.db fewRates ${MODEL}`),
    call(`bisect bank.db hasRates ${MODEL}`),
    call(`bisect bank.db solvent --from 12 ${MODEL}`),
    call(`bisect bank.db --first-true moved_>_600 ${MODEL}`),
    call(`bisect bank.db --first-false moved_<=_600 ${MODEL}`),
    call(`bisect bank.db --first-true moved_>_10000 ${MODEL}`),
    call(`bisect bank.db --js state.accounts.size>2 ${MODEL}`),
    call(`bisect empty.db solvent ${MODEL}`),
    call(`bisect bank.db nothing ${MODEL}`),
    call(`bisect bank.db ${MODEL}`),
  ],
  rehearse: [
    call(`rehearse bank.db ${MODEL} --next BANK`),
    call(`rehearse bank.db ${MODEL} --next BANK#fee`),
    call(`rehearse bank.db ${MODEL} --next BANK#fee --to 6`),
    call(`rehearse bank.db ${MODEL} --next BANK#throwing`),
    call(`rehearse bank.db ${MODEL} --next BANK#forgetful`),
    call(`rehearse empty.db ${MODEL} --next BANK#fee`),
    call(`rehearse bank.db ${MODEL} --next missing.ts`),
    call(`rehearse bank.db ${MODEL}`),
  ],
  replay: [
    call(`replay bank.db ${MODEL}`),
    call(`replay bank.db --to 6 ${MODEL}`),
    call(`replay empty.db ${MODEL}`),
    call(`replay bank.db --verify ${MODEL}`),
    call('replay bank.db --verify --model BANK#generous'),
    call('replay bank.db --speed max --from last-1'),
    call(`replay bank.db --from 2 ${MODEL}`),
    call('replay bank.db --model BANK#throwing'),
  ],
  verify: [
    call('verify bank.db'),
    call('verify bank.db --quick'),
    call(`verify bank.db ${MODEL}`),
    call(`verify empty.db ${MODEL}`),
    call('verify bank.db --model BANK#generous'),
    call('verify bank.db --model BANK#throwing'),
    call('verify damaged.db'),
    call('verify nothing.db'),
  ],
  check: [
    call(`check bank.db ${MODEL}`),
    call(`check empty.db ${MODEL}`),
    call('check bank.db --model BANK#fee'),
    call('check bank.db --model BANK#forgetful'),
    call('check bank.db --model BANK#shop'),
    call('check bank.db'),
  ],
  doctor: [
    call(`doctor bank.db ${MODEL}`),
    call('doctor bank.db --model BANK#fee'),
    call(`doctor empty.db ${MODEL}`),
    call('doctor bank.db --model BANK#shop'),
    call('doctor damaged.db'),
    call('doctor ../busy.db'),
    call('doctor bank.db', (folder) => rmSync(join(folder, 'bank.db-witness'))),
    call('doctor nothing.db'),
  ],
  snapshot: [
    call(`snapshot bank.db ${MODEL}`),
    call('snapshot bank.db --model BANK#fee'),
    call('snapshot bank.db --model BANK#shop'),
  ],
  compact: [
    call('compact bank.db'),
    call('compact bank.db --plan'),
    call(`compact bank.db --plan --max-events 2 ${MODEL}`),
    call(`compact bank.db --max-events 2 ${MODEL}`),
    call('compact bank.db --history discard'),
  ],
  retag: [call(`retag old.db ${MODEL}`), call('retag old.db --model BANK#untagged')],
  redact: [
    call(`redact bank.db --types Opened --by anna ${MODEL}`),
    call(`redact bank.db --types Opened --by anna --plan ${MODEL}`),
    call(`redact bank.db --types Opened --by anna --yes ${MODEL}`),
    call(`redact bank.db --types Deposited --by anna --plan ${MODEL}`),
    call('redact bank.db'),
  ],
  backup: [
    call('backup bank.db copy.db'),
    call('backup bank.db copy-to.db --to 6'),
    call('backup empty.db copy-of-nothing.db'),
    call('backup bank.db within.db --to 2'),
    call('backup bank.db copy.db'),
  ],
  copy: [
    call('copy bank.db copied.db'),
    call('copy bank.db copied.db'),
    call('copy empty.db of-empty.db'),
    call('copy empty.db nothing.db'),
    call('copy ../busy.db busy-copy.db'),
    call('copy damaged.db damaged-copy.db'),
    call('copy missing.db of-nothing.db'),
    call('copy bank.db no-folder/copied.db'),
    call('copy bank.db postgres://app:hush@db:port/shop'),
  ],
  schema: [call('schema --postgres --schema sales'), call('schema --postgres --schema Sales'), call('schema')],
  restore: [
    call('restore bank.db new.db'),
    call('restore bank.db new.db'),
    call('restore bank.db new.db --force --to 6'),
    call('restore bank.db --at 12:05 --out noon.db'),
    call('restore damaged.db sound.db'),
  ],
  repair: [
    call('repair bank.db --plan'),
    call('repair damaged.db --plan'),
    call('repair damaged.db'),
    call('repair damaged.db --accept-loss'),
    call('repair nothing.db'),
  ],
  export: [
    call('export bank.db --to 2'),
    call('export bank.db --out lines.jsonl'),
    call('export bank.db --sqlite table.db'),
    call('export bank.db --out lines.jsonl'),
    call('export damaged.db'),
    call('export keys.db --aof aof'),
  ],
  import: [
    call('import lines.db --in lines.jsonl', write('lines.jsonl', `${LINES.join('\n')}\n`)),
    call(`import typed.db --in lines.jsonl ${MODEL}`),
    call('import wrong.db --in wrong.jsonl', write('wrong.jsonl', `${LINES[0]}\n{"type":7}\n`)),
    call(
      `import wrong.db --in unfit.jsonl ${MODEL}`,
      write('unfit.jsonl', '{"type":"RateSet","version":1,"data":{"tier":"two"}}\n'),
    ),
    call('import lines.db --in lines.jsonl'),
    call('import new-keys.db --aof keys.aof'),
  ],
  completion: [call('completion fish'), call('completion tcsh')],
};
