/** refold/studio: a page in the browser that shows any moment of a log. `docs/STUDIO.md` shows it. */
import { type Studio, type StudioOptions, openStudio as serveStudio } from './open-studio.ts';
import { builtPage } from './server/built-page.ts';
import { checkOptions } from './studio-options.ts';

export type { Studio, StudioModule, StudioOptions } from './open-studio.ts';
export { defineView } from './views/define-view.ts';
export type {
  About,
  HeatmapPane,
  LadderPane,
  LevelsOf,
  LinePane,
  Pane,
  Print,
  PrintOf,
  TablePane,
  TapePane,
  View,
  ViewCell,
  ViewDefinition,
  ViewLevel,
} from './views/view.ts';
export type { RestingSide } from './wire-views.ts';

/**
 * Opens the studio on a log: a server on this machine, which only reads. Its page is at `url`.
 *
 * @throws RefoldError `INVALID_OPTION` for options that cannot be used; what opening the log throws; `STORE_FAILED` where the page
 * was not built
 */
export async function openStudio(options: StudioOptions): Promise<Studio> {
  checkOptions(options); // a wrong option is told before a missing page
  return serveStudio(options, builtPage());
}
