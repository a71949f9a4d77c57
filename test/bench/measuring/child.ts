/** `child.ts NAME FOLDER SHARED SIZE`: runs one workload and sends its rows to the parent process. */
import { WORKLOADS } from '../catalog.ts';
import { SIZES, type SizeName } from './sizes.ts';

const [name, folder, shared, size] = process.argv.slice(2);
const workload = WORKLOADS.find((candidate) => candidate.name === name);
if (workload === undefined) throw new Error(`there is no workload ${name}`);
// Some libraries print what they catch.
console.log = () => {};
const rows = await workload.run({ sizes: SIZES[size as SizeName], folder: folder!, shared: shared! });
process.send!(rows, () => process.exit(0));
