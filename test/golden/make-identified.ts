/**
 * Writes the golden file with tags, ids and outcomes. Run it by hand, once, and never again:
 *
 *     node --conditions=refold-source test/golden/make-identified.ts
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/index.ts';
import {
  APPENDED,
  COMMANDS,
  COMMANDS_SEALED,
  IDENTIFIED_FOLDER,
  identifiedModel,
  inputAt,
  REFUSED,
  WRITTEN_AT,
} from './identified-ledger.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'refold-golden-'));
const path = join(folder, 'identified.db');
let now = WRITTEN_AT;
const store = await openStore(identifiedModel, { path, clock: () => (now += 1_000) });
for (let number = 1; number <= COMMANDS; number++) {
  // Each third command has no id.
  await store.execute('move', inputAt(number), number % 3 === 0 ? {} : { commandId: `command-${number} ü` });
  if (number === COMMANDS_SEALED) await store.compact();
}
await store.execute('move', REFUSED, { commandId: 'refused' });
await store.append(APPENDED, { commandId: 'appended' });
await store.close();
fs.mkdirSync(IDENTIFIED_FOLDER, { recursive: true });
for (const suffix of ['', '-witness'])
  fs.copyFileSync(path + suffix, join(IDENTIFIED_FOLDER, `identified.db${suffix}`));
fs.rmSync(folder, { recursive: true });
