/** The process that fills disks. It has a separate mount namespace, so that nothing stays mounted after it. */
import { Fill, type FillOptions } from './fill.ts';

process.on('message', async (options: FillOptions) => {
  try {
    process.send!({ report: await new Fill(options).run() });
  } catch (error) {
    process.send!({ trouble: error instanceof Error ? error.stack : String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send!('ready');
