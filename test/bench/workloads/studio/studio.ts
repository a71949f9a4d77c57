/** The studio: its answers over HTTP, the time until its address is there, and its page in a browser. */
import type { Workload } from '../../measuring/workload.ts';
import { addressRows } from './address.ts';
import { largeRows } from './large.ts';
import { bookRows } from './moments.ts';
import { pageRows } from './page.ts';

export const studioWorkloads: readonly Workload[] = [
  { name: 'studio', run: bookRows },
  { name: 'studio-large', run: largeRows },
  { name: 'studio-address', run: addressRows },
  { name: 'studio-page', run: pageRows },
];
