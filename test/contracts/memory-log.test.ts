import { MemoryContents } from '../../src/log/memory.ts';
import { describeLog } from './run-contract.ts';

const chunksOf = ({ source }: { source: MemoryContents }, sequence: number) =>
  source.snapshots.find(({ info }) => info.sequence === sequence)!.chunks;

describeLog('in memory', {
  create: () => ({ source: new MemoryContents() }),
  redaction: true,
  copies: true,
  turns: true,
  openInProcess: () => `
    import { openMemoryLog } from './src/log/memory.ts';
    const log = openMemoryLog();`,
  damageSnapshot: (subject, sequence) => {
    const { bytes } = chunksOf(subject, sequence).at(-1)!;
    bytes[100] = bytes[100]! ^ 1;
  },
  loseChunk: (subject, sequence) => void chunksOf(subject, sequence).pop(),
});
