/** The engine in another realm, as in the pools of test runners: Node's objects are of other classes there. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a store in another realm works from open to close', async () => {
  const program = fileURLToPath(new URL('fixtures/in-another-realm.ts', import.meta.url));
  const quietly = ['ExperimentalWarning', 'RefoldListenerWarning', 'RefoldDirectFoldWarning'].map(
    (name) => `--disable-warning=${name}`,
  );
  const flags = ['--conditions=refold-source', '--experimental-vm-modules', ...quietly];
  const child = spawn(process.execPath, [...flags, program], { timeout: 60_000 });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect({ stdout, stderr }).toEqual({ stdout: 'done\n', stderr: '' });
});
