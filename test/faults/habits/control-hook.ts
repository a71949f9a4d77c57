/** For `--import`: loads the engine with the changes of the control that REFOLD_CONTROL names. */
import { registerHooks } from 'node:module';
import { underControl } from './controls.ts';

const name = process.env.REFOLD_CONTROL ?? '';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (loaded.source === undefined || loaded.source === null || !url.includes('/src/')) return loaded;
    const text = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as never).toString();
    return { ...loaded, source: underControl(name, url, text) };
  },
});
