/** A folder for wrong calls: a log, and files that are not logs. */
import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLog } from 'refold';
import { makeShop } from '../support.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

/**
 * - `shop.db`, six events, and `new.db`, none
 * - `damaged.db`, a block is changed; `cut.db`, truncated; `empty.db`; `notes.txt`; `notes.db`, of another program; `folder`
 * - modules: `cart.ts` and others of the fixtures, and some that cannot be loaded
 */
export async function makeWrongFiles(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('package.json'), '{}');
  await makeShop(at('shop.db'));
  await (await openLog({ path: at('new.db'), readOnly: false })).close();
  await makeShop(at('damaged.db'));
  change(at('damaged.db'), "update blocks set payload = replace(payload, 'tea', 'pea') where first_sequence = 2");
  copyFileSync(at('shop.db'), at('cut.db'));
  truncateSync(at('cut.db'), 5_000);
  change(at('notes.db'), 'create table notes (text)');
  writeFileSync(at('empty.db'), '');
  writeFileSync(at('notes.txt'), 'Remember the milk\n');
  mkdirSync(at('folder'));
  for (const [name, source] of Object.entries(MODULES)) writeFileSync(at(name), source);
}

function from(name: string): string {
  return JSON.stringify(join(FIXTURES, name));
}

const MODULES: Readonly<Record<string, string>> = {
  'cart.ts': `export { cart as default } from ${from('cart.ts')};\n`,
  'several.ts': `export * from ${from('several.ts')};\n`,
  'next.ts': `export * from ${from('next-cart.ts')};\n`,
  'throwing.ts': `export { default } from ${from('throwing.ts')};\n`,
  'throws.ts': "throw new Error('there is no DATABASE_URL');\n",
  'broken.ts': 'export const = 1;\n',
  'nothing.ts': 'export const answer = 42;\n',
  'lacks.ts': "import './gone.ts';\n",
};

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
