/** Starts the page. */
import './base/tokens.css';
import './app.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { applySettings } from './base/settings.ts';
import { listenToKeys } from './moment/actions.ts';
import { keepAsking } from './moment/asking.ts';
import { keepJobs } from './moment/job-stream.ts';
import { followAddress } from './moment/link.ts';
import { keepLive } from './moment/live.ts';
import { keepMarks } from './moment/marks.ts';
import { addMoves } from './moment/moves.ts';
import { addPaneKeys } from './moment/panes.ts';
import { addStateActions } from './state/state-actions.ts';

applySettings();
followAddress();
keepMarks();
addMoves();
addPaneKeys();
addStateActions();
listenToKeys();
keepAsking();
keepLive();
keepJobs();
render(<App />, document.body);
