/**
 * Writes the golden file with a redaction. Run it by hand, once, and never again:
 *
 *     node --conditions=refold-source test/golden/make-redacted.ts
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendCommits,
  commitOf,
  fenceOf,
  noted,
  packForgotten,
  redactionOf,
  remember,
  rowOf,
} from '../../src/log/contract/fixtures.ts';
import { openSqliteLog } from '../../src/log/sqlite/sqlite-log.ts';

const TARGET = join(import.meta.dirname, 'format-2-redacted');
const folder = fs.mkdtempSync(join(tmpdir(), 'refold-golden-'));
const path = join(folder, 'redacted.db');
const log = await openSqliteLog({ path });
for (let n = 1; n <= 12; n++) {
  await appendCommits(log, {
    ...commitOf([noted(`word ${n}`), { ...noted(n), meta: { by: 'ada' } }], n * 10),
    commandId: `c${n}`,
  });
}
await remember(log, [{ commandId: 'c3', recordedAt: 30, outcome: '[5,6,7,"word"]' }]);
await log.care!.seal({ through: 16, borders: [8] });
const redaction = redactionOf(log);
await redaction.stage(
  [await packForgotten(log, 1, 16, [5, 11])],
  [{ commandId: 'c3', recordedAt: 30, outcome: '[5,6,7]' }],
);
await redaction.stage([await packForgotten(log, 19, 22, [19, 22])], []);
await redaction.apply(rowOf([5, 11, 19, 22], { recordedAt: 500, by: 'grace', selector: '00ff' }), fenceOf(log));
await redaction.scrub();
await appendCommits(log, commitOf([noted('after')], 600));
await redaction.stage([await packForgotten(log, 25, 25, [25])], []);
await redaction.apply(rowOf([25], { recordedAt: 700 }), fenceOf(log));
await log.close();
fs.mkdirSync(TARGET, { recursive: true });
for (const suffix of ['', '-witness']) fs.copyFileSync(path + suffix, join(TARGET, `redacted.db${suffix}`));
fs.rmSync(folder, { recursive: true });
