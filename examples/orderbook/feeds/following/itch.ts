/** Daily files of NASDAQ TotalView-ITCH 5.0 as messages of a feed. `itch/decoder.ts` says what each message becomes. */
import { type FeedKind, feedOfFiles } from './feed-kind.ts';
import { ItchReader } from './itch/reader.ts';

export const itch: FeedKind = {
  about: 'NASDAQ TotalView-ITCH 5.0, binary, plain or gzip: a file for each day',
  fromMidnight: true,
  open(paths, options) {
    const reader = new ItchReader(options);
    return {
      ...feedOfFiles(paths, (source) => reader.read(source)),
      counts: () => reader.counts,
      passedOver: () => reader.passedOver,
    };
  },
};
