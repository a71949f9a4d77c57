/** Types of `refold/studio`: compiled and never run. */
import { MemoryContents } from 'refold';
import { openStudio, type Studio, type StudioModule, type StudioOptions } from 'refold/studio';

const model: StudioModule = { module: import.meta.url, export: 'shop' };
const studio: Studio = await openStudio({
  path: 'shop.db',
  model,
  port: 0,
  host: '127.0.0.1',
  allowHosts: ['a.example:443'],
});
const url: string = studio.url;
await studio.close();
const options: StudioOptions = { path: url, model: { module: import.meta.url } };
await openStudio({ ...options, path: undefined, log: new MemoryContents() });
// @ts-expect-error a log is a source
await openStudio({ log: 'shop.db' });
// @ts-expect-error a module is its URL: a model itself cannot go to a thread
await openStudio({ path: 'shop.db', model: { name: 'shop' } });
