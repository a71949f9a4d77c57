/** Uses the installed package: by import, by its command, and on a Node that is too old. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { ROOT, run, runNode } from './run.ts';

const { folder } = inject('consumer');

const LOG = 'counter.db';

const COUNT_TO_THREE = `
import { defineModel, openStore } from 'refold';
import { z } from 'zod';

const counter = defineModel({
  name: 'counter',
  events: { Counted: z.object({ by: z.int() }) },
  initialState: () => ({ total: 0 }),
  reducers: { Counted(state, data) { state.total += data.by; } },
});
try {
  const store = await openStore(counter, { path: ${JSON.stringify(LOG)} });
  await store.append([{ type: 'Counted', data: { by: 1 } }, { type: 'Counted', data: { by: 2 } }]);
  console.log(JSON.stringify({ total: store.state.total, sequence: store.sequence }));
  await store.close();
} catch (error) {
  console.log(JSON.stringify({ name: error.name, code: error.code, hint: error.hint }));
}
`;

beforeAll(async () => {
  await writeFile(join(folder, 'count.js'), COUNT_TO_THREE);
});

describe('on the current Node', () => {
  test('a program writes a log, and the command reads it', async () => {
    const counted = await runNode(['count.js'], folder);
    expect(counted).toEqual({ code: 0, stdout: '{"total":3,"sequence":2}\n', stderr: '' });
    const { code, stdout } = await run(command('refold'), ['info', LOG, '--json'], folder);
    expect({ code, info: JSON.parse(stdout) }).toMatchObject({ code: 0, info: { model: 'counter' } });
  });

  test('the command prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await run(command('refold'), ['--version'], folder)).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  test('only the public entry points can be imported', async () => {
    const { code, stderr } = await runNode(['-e', `import('refold/dist/engine/store.js')`], folder);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED') });
  });
});

describe('on a Node older than 22.15', () => {
  const oldNode = oldNodeOfThisMachine();

  test.skipIf(oldNode === undefined)('openStore fails with NODE_TOO_OLD', async () => {
    const { code, stdout } = await run(oldNode!, ['count.js'], folder);
    expect({ code, error: JSON.parse(stdout) }).toEqual({
      code: 0,
      error: { name: 'RefoldError', code: 'NODE_TOO_OLD', hint: expect.stringContaining('22.15') },
    });
  });

  test.skipIf(oldNode === undefined)('the command fails with NODE_TOO_OLD', async () => {
    const program = join(folder, 'node_modules/refold/dist/cli/main.js');
    expect(await run(oldNode!, [program, 'info', LOG], folder)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('refold needs 22.15 or newer'),
    });
    const { stdout } = await run(oldNode!, [program, 'info', LOG, '--json'], folder);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NODE_TOO_OLD' } });
  });
});

function command(name: string): string {
  return join(folder, 'node_modules/.bin', name);
}

/** The system's own Node, or the one that REFOLD_OLD_NODE names, if it is too old. */
function oldNodeOfThisMachine(): string | undefined {
  const candidates = [process.env.REFOLD_OLD_NODE, '/usr/bin/node', '/usr/local/bin/node'];
  return candidates.find((path) => path !== undefined && existsSync(path) && isOld(path));
}

function isOld(node: string): boolean {
  const version = execFileSync(node, ['--print', 'process.versions.node'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 15);
}
