/** The order book's command line: `npm run orderbook -- <command>`. */
import { endOnSignals } from './ending.ts';
import { run } from './program.ts';

// An exit deletes the temporary book; a signal alone would not.
endOnSignals();
await run(process.argv.slice(2));
