/** The process that fills disks: it has a mount name space of its own, so that nothing stays mounted after it. */
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
