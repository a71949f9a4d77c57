/** `server-lane.ts TASK`: a process that serves the studio, and says where, and how much memory it takes. */
import { readFileSync } from 'node:fs';
import { openStudio, type StudioModule } from '../../../../src/studio/open-studio.ts';
import { readPage } from '../../../../src/studio/server/page-files.ts';
import { serve } from '../../measuring/lane.ts';
import { emptyPage } from './empty-page.ts';

/** What is served; as JSON the argument of the process. */
export interface ServerTask {
  readonly path: string;
  readonly model: StudioModule;
  readonly view?: StudioModule | undefined;
  /** The folder of the built page; default: only data is served. */
  readonly page?: string | undefined;
}

export type ServerQuestion = 'state';

export interface ServerAnswer {
  readonly url: string;
  /** Resident memory in MB: now, and the most it has been. */
  readonly megabytes: number;
  readonly peakMegabytes: number;
}

const { page, ...options } = JSON.parse(process.argv[2]!) as ServerTask;
const files = page === undefined ? new Map() : new Map([...readPage(page), ...emptyPage()]);
const studio = await openStudio({ ...options, port: 0 }, files);

serve<ServerQuestion, ServerAnswer>(async () => ({
  url: studio.url,
  megabytes: statusMegabytes('VmRSS'),
  peakMegabytes: statusMegabytes('VmHWM'),
}));

function statusMegabytes(name: string): number {
  const [, kilobytes] = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))!;
  return Number(kilobytes) / 1_024;
}
