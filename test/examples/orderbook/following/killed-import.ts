/** A process that imports a feed and dies without warning: `killed-import.ts BOOK KIND CHANGES FILE…`. */
import { importFeed } from '../../../../examples/orderbook/feeds/following/import-feed.ts';

const [, , book = '', kind = '', changes = '', ...files] = process.argv;
const progress = {
  update(done: number): void {
    if (done >= Number(changes)) process.kill(process.pid, 'SIGKILL');
  },
  end(): void {},
};
await importFeed(book, kind, files, { settings: {}, progress });
