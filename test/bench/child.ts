/** `child.ts NAME FOLDER quick|full`: runs one workload and sends its rows to the parent process. */
import { WORKLOADS } from './catalog.ts';
import { FULL, QUICK } from './options.ts';

const [name, folder, size] = process.argv.slice(2);
const workload = WORKLOADS.find((candidate) => candidate.name === name);
if (workload === undefined) throw new Error(`there is no workload ${name}`);
// Some libraries print what they catch.
console.log = () => {};
const rows = await workload.run({ sizes: size === 'quick' ? QUICK : FULL, folder: folder! });
process.send!(rows, () => process.exit(0));
