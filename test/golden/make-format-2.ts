/**
 * Writes the golden files of format 2, and those of the key space of the Redis-compatible server. Run it by hand once for each
 * version of a format or a model, and never again for the same one:
 *
 *     node --conditions=refold-source test/golden/make-format-2.ts shelf|key-space
 *
 * A function here makes each further part of format 2, in a separate file beside `shelf.db.gz`.
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openStore, type Store } from '../../src/index.ts';
import { keySpaceModel } from '../../src/redis/model/model.ts';
import { digestOf, schemasOf } from './key-space/content.ts';
import { goldenEffects } from './key-space/effects.ts';
import { SHELF_EVENTS, shelfModel } from './shelf.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'refold-golden-'));
let now = Date.UTC(2026, 10, 27);
const clock = (): number => (now += 1_000);

const makers: { readonly [name: string]: () => Promise<void> } = {
  shelf: async () => {
    const path = join(folder, 'shelf.db');
    const store = await openStore(shelfModel, { path, clock });
    await store.append(SHELF_EVENTS.slice(0, 1_400) as never);
    await store.snapshot();
    await store.append(SHELF_EVENTS.slice(1_400) as never);
    const expected = { sequence: store.sequence, stateHash: await store.stateHash(), snapshot: 1_400 };
    keep(await copyOf(store, path), join(import.meta.dirname, 'format-2', 'shelf'), expected);
  },
  'key-space': async () => {
    const path = join(folder, 'key-space.db');
    const store = await openStore(keySpaceModel, { path, clock, fold: 'direct', strict: false });
    const effects = goldenEffects();
    const half = Math.floor(effects.length / 2);
    await store.append(effects.slice(0, half) as never);
    await store.snapshot();
    await store.append(effects.slice(half) as never);
    const expected = {
      version: keySpaceModel.version,
      sequence: store.sequence,
      stateHash: await store.stateHash(),
      digest: digestOf(store.state),
      schemas: schemasOf(keySpaceModel),
    };
    keep(
      await copyOf(store, path),
      join(import.meta.dirname, 'key-space', `version-${keySpaceModel.version}`),
      expected,
    );
  },
};

/** Closing would take a snapshot at the end. A backup has the one before, and events after it. */
async function copyOf(store: Pick<Store, 'backup' | 'close'>, path: string): Promise<string> {
  await store.backup(`${path}.copy`);
  await store.close();
  return `${path}.copy`;
}

function keep(path: string, target: string, expected: object): void {
  fs.writeFileSync(`${target}.db.gz`, gzipSync(fs.readFileSync(path), { level: 9 }));
  const text = JSON.stringify(expected, undefined, 2);
  fs.writeFileSync(
    `${target}.ts`,
    `/** What the file beside this one holds. Written by \`make-format-2.ts\`. */\nexport const expected = ${text} as const;\n`,
  );
}

await makers[process.argv[2]!]!();
fs.rmSync(folder, { recursive: true });
