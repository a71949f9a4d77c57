import { MemoryContents, openMemoryLog } from '../../src/log/memory.ts';
import { describeLogStore } from './log-store.contract.ts';

describeLogStore('in memory', async () => {
  const contents = new MemoryContents();
  const chunksOf = (sequence: number) => contents.snapshots.find(({ info }) => info.sequence === sequence)!.chunks;
  return {
    open: async () => openMemoryLog({ contents }),
    openInProcess: `
      import { openMemoryLog } from './src/log/memory.ts';
      const log = openMemoryLog();`,
    damageSnapshot: async (sequence) => {
      const { bytes } = chunksOf(sequence).at(-1)!;
      bytes[100] = bytes[100]! ^ 1;
    },
    loseChunk: async (sequence) => void chunksOf(sequence).pop(),
    dispose: async () => {},
  };
});
