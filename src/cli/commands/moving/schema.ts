/** `refold schema`: prints the statements that make the tables of logs, for those who let no program make tables. */
import { type Command, Option } from 'commander';
import { RefoldError } from '../../../index.ts';
import { POSTGRES_SCHEMA_NAME, tablesIn } from '../../../postgres.ts';
import { answering, JSON_OPTION, type JsonOption } from '../../args.ts';
import type { Answer } from '../../output/output.ts';

interface Options extends JsonOption {
  readonly postgres?: true;
  readonly schema: string;
}

export function defineSchema(program: Command): void {
  program
    .command('schema')
    .description('print the statements that make the tables of logs, for migrate: false')
    .addOption(new Option('--postgres', 'for PostgreSQL').makeOptionMandatory())
    .option('--schema <name>', 'where the tables are', 'refold')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold schema --postgres | psql postgres://owner@db/shop')
    .action(answering((_, options: Options) => schema(options)));
}

async function schema({ schema: name }: Options): Promise<Answer> {
  if (!POSTGRES_SCHEMA_NAME.test(name)) {
    throw new RefoldError('INVALID_OPTION', 'Cannot print the tables: the name of the schema is invalid', {
      type: 'schema',
      hint: 'Give small letters, digits and underscores, at most 63, that begin with a letter or an underscore',
    });
  }
  const sql = ['begin;', tablesIn(name), 'commit;\n'].join('');
  return { json: { schema: name, sql }, text: () => sql };
}
