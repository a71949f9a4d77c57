/** The whole page: header, timeline, the line of the moment, and the panes below. */
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { Loading } from './base/loading.tsx';
import { Problem } from './base/problem.tsx';
import { screenSize } from './base/screen.ts';
import { paneSize, Splitter } from './base/splitter.tsx';
import { Tabs } from './base/tabs.tsx';
import { View } from './book/view.tsx';
import { useDocumentState } from './document-state.ts';
import { Events } from './events/events.tsx';
import { Header } from './header.tsx';
import { Help } from './help/help.tsx';
import { FirstHint, MomentLine } from './line/moment-line.tsx';
import { TroubleLines } from './line/trouble-line.tsx';
import { Locked } from './locked.tsx';
import { log, question, tab, trouble } from './moment/place.ts';
import { settledAt } from './moment/settled.ts';
import { Diff } from './state/asked/diff.tsx';
import { Why } from './state/asked/why.tsx';
import { CurrentEvent } from './state/event/current-event.tsx';
import { StatePane } from './state/state-pane.tsx';
import { Scrubber } from './timeline/scrubber.tsx';
import { Timeline } from './timeline/timeline.tsx';

/** On a small screen the middle needs the room. */
const SIDE_PART = 0.22;
const sideWidth = computed(() => Math.min(380, Math.max(280, Math.round(screenSize.value.width * SIDE_PART))));
/** Sequence, time and type stand beside each other here. Below this width the names of the types are cut. */
const WHOLE_NAMES = 320;
const eventsPane = computed(() => {
  return { pane: 'events', usual: Math.max(WHOLE_NAMES, sideWidth.value), least: 240, most: 720 };
});
const sidePane = computed(() => {
  return { pane: 'side', usual: sideWidth.value, least: 240, most: 800, isReversed: true };
});
/** The head of a comparison takes 120 px of it: on a low screen some rows have to fit below. */
const ASKED_PART = 0.38;
const askedPane = computed(() => {
  const usual = Math.min(360, Math.round(screenSize.value.height * ASKED_PART));
  return { pane: 'asked', usual, least: 120, most: 800, isReversed: true, isFlat: true };
});

export function App(): JSX.Element {
  useDocumentState();
  if (trouble.value?.code === 'LOCKED') return <Locked of={trouble.value} />;
  if (log.value === undefined)
    return (
      <main>{trouble.value === undefined ? <Loading says="Reading the log …" /> : <Problem of={trouble.value} />}</main>
    );
  return (
    <>
      <Header />
      <main data-at={settledAt.value}>
        <Timeline />
        <Scrubber />
        <FirstHint />
        <MomentLine />
        <div class="columns">
          <section class="column" style={{ width: `${paneSize(eventsPane.value)}px` }} aria-label="Events">
            <Events />
          </section>
          <Splitter {...eventsPane.value} label="Width of the events" />
          <section class="column middle" aria-label="State and views">
            <Middle />
          </section>
          <Splitter {...sidePane.value} label="Width of event and questions" />
          <section class="column" style={{ width: `${paneSize(sidePane.value)}px` }} aria-label="Event and questions">
            <Side />
          </section>
        </div>
        <TroubleLines />
      </main>
      <Help />
    </>
  );
}

function Middle(): JSX.Element {
  const { hasModel, views = [] } = log.value!;
  if (!hasModel) return <NoModel />;
  const names = ['state', ...views.map(({ name }) => name)];
  const current = names.includes(tab.value) ? tab.value : 'state';
  return (
    <>
      {names.length > 1 && (
        <Tabs label="What is shown" names={names} current={current} choose={(name) => (tab.value = name)} />
      )}
      {current === 'state' ? <StatePane /> : <View name={current} key={current} />}
    </>
  );
}

function Side(): JSX.Element {
  if (!log.value!.hasModel) return <CurrentEvent />;
  return (
    <>
      <CurrentEvent />
      <Splitter {...askedPane.value} label="Height of the questions" />
      <section class="asked" style={{ height: `${paneSize(askedPane.value)}px` }} aria-label="Questions">
        <Tabs
          label="Questions"
          names={['why', 'diff']}
          current={question.value}
          choose={(name) => (question.value = name as 'why' | 'diff')}
        />
        {question.value === 'why' ? <Why /> : <Diff />}
      </section>
    </>
  );
}

function NoModel(): JSX.Element {
  const { path, model, modelLine } = log.value!;
  const told = {
    code: 'NO_MODEL',
    message:
      model === undefined ? 'The log names no model' : `The events are of the model "${model}", which was not given`,
    hint: 'Events, timeline and sizes are shown. To see states, start the studio with the model:',
  };
  return (
    <Problem of={told}>
      <code class="command">{modelLine ?? `refold studio ${path} --model ./model.ts`}</code>
    </Problem>
  );
}
