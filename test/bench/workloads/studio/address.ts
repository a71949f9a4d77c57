/** How long `refold studio` takes until its address is printed, beside an import of the package, in turns. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { preparedBook } from '../../material/book-log.ts';
import { buildPackage } from '../../material/built-package.ts';
import { runProcess } from '../../measuring/processes.ts';
import type { Context, Row } from '../../measuring/workload.ts';
import { row } from './asking.ts';

export async function addressRows(context: Context): Promise<Row[]> {
  const { path } = preparedBook(context);
  const { importing, commandLine } = buildPackage(join(context.folder, 'package'));
  const [address, importMs]: [number[], number[]] = [[], []];
  for (let round = -1; round < context.sizes.imports; round++) {
    const imported = await runProcess([importing]);
    const printed = await untilPrinted([commandLine, 'studio', path, '--port', '0']);
    if (round < 0) continue;
    importMs.push(imported.ms);
    address.push(printed);
  }
  return [
    row('studio-import', 'a process that imports the built package', importMs),
    row('studio-address', 'refold studio, from its start until the address is printed', address),
  ];
}

async function untilPrinted(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' });
  for await (const text of child.stdout!.setEncoding('utf8')) if (String(text).includes('#key=')) break;
  const ms = performance.now() - start;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
  return ms;
}
