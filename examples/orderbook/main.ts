/** The order book's command line: `npm run orderbook -- <command>`. */
import { run } from './program.ts';

// An exit deletes the temporary book; a signal alone would not. SIGHUP is the terminal that was closed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
await run(process.argv.slice(2));
