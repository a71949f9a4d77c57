/** Types of `refold/studio`: compiled and never run. */
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
// @ts-expect-error the file is required
await openStudio({ ...options, path: undefined });
// @ts-expect-error a module is its URL: a model itself cannot go to a thread
await openStudio({ path: 'shop.db', model: { name: 'shop' } });
