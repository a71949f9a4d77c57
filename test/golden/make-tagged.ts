/**
 * Writes the golden file with tags. Run it by hand, once, and never again:
 *
 *     node --conditions=refold-source test/golden/make-tagged.ts
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineModel, openStore } from '../../src/index.ts';
import { MOVES, moveAt, SEALED, TAGGED_FOLDER, taggedModel, UNTAGGED } from './tagged-ledger.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'refold-golden-'));
const path = join(folder, 'tagged.db');
let now = Date.UTC(2026, 10, 27);
const clock = (): number => (now += 1_000);

const { types: _types, ...definition } = taggedModel;
const untagged = defineModel({
  ...definition,
  events: { ...definition.events, Moved: definition.events.Moved.schema },
});
const before = await openStore(untagged, { path, clock });
for (let sequence = 1; sequence <= UNTAGGED; sequence++) await before.append(moveAt(sequence));
await before.close();

const store = await openStore(taggedModel, { path, clock });
for (let sequence = UNTAGGED + 1; sequence <= SEALED; sequence++) await store.append(moveAt(sequence));
await store.compact();
for (let sequence = SEALED + 1; sequence <= MOVES; sequence++) await store.append(moveAt(sequence));
await store.append({ type: 'Noted', data: { text: 'the end' } });
await store.close();
fs.mkdirSync(TAGGED_FOLDER, { recursive: true });
for (const suffix of ['', '-witness']) fs.copyFileSync(path + suffix, join(TAGGED_FOLDER, `tagged.db${suffix}`));
fs.rmSync(folder, { recursive: true });
