/** Fills the disk, says on stdout how far it got, and dies without a word of farewell. */
import fs from 'node:fs';
import { acknowledged, fill, openNotes } from './notes.ts';

const [path = '', durability = 'always'] = process.argv.slice(2);
await fill(await openNotes(path, durability));
fs.writeSync(1, String(acknowledged()));
process.kill(process.pid, 'SIGKILL');
