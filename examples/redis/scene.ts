/** What every chapter plays with. */

import type { Story } from '../telling/story.ts';
import type { BackEnds } from './back-ends.ts';
import type { ServerProcess } from './server-process.ts';
import type { SlowDatabase } from './slow-database.ts';

export interface Scene {
  readonly server: ServerProcess;
  readonly database: SlowDatabase;
  readonly backEnds: BackEnds;
  readonly story: Story;
}
