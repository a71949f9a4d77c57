/** Fills the disk, prints how far it got, and dies without closing anything. */
import fs from 'node:fs';
import { acknowledged, fill, openNotes } from './notes.ts';

const [path = '', durability = 'always'] = process.argv.slice(2);
await fill(await openNotes(path, durability));
fs.writeSync(1, String(acknowledged()));
process.kill(process.pid, 'SIGKILL');
