#!/usr/bin/env node
/**
 * The executable `refold`.
 *
 * It has to run on old versions of Node that cannot even parse the other files, and report the problem. So it checks
 * the version before it imports anything else. `package.json` names the required version.
 */
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

const manifest: Manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const needed = manifest.engines.node.replace('>=', '');

if (isOlder(process.versions.node, needed)) {
  refuse(needed);
} else {
  const { run, endDespiteModule } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2), manifest.version);
  endDespiteModule();
}

function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

/** Prints the same form as `report-error.ts`, which cannot be loaded here. The exit code is that of `NODE_TOO_OLD`. */
function refuse(oldest: string): void {
  const message = `Cannot run on Node ${process.versions.node}: refold needs ${oldest} or newer`;
  const hint = `Install Node ${oldest} or newer, or add "node": "24" to the dev dependencies and run npx refold`;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ error: { code: 'NODE_TOO_OLD', message, hint } }));
  }
  console.error(`refold: ${message}\nhint: ${hint}`);
  process.exitCode = 3;
}
