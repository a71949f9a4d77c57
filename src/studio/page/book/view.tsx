/** A view of the model: its panes, drawn from what the server says of them at the moment. */
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { PaneAnswer, PaneKind, ViewAnswer } from '../../wire.ts';
import { Loading } from '../base/loading.tsx';
import { Problem } from '../base/problem.tsx';
import { safeLine } from '../base/safe-text.ts';
import { paneSize, Splitter } from '../base/splitter.tsx';
import { Tabs } from '../base/tabs.tsx';
import { inSight } from '../moment/in-sight.ts';
import { log, shown, subjects } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import { NoMoment } from '../state/no-moment.tsx';
import './book.css';
import { Legend } from './heatmap/colours/legend.tsx';
import { Heatmap } from './heatmap/heatmap.tsx';
import type { HeatmapModel } from './heatmap/heatmap-model.ts';
import { feed, heatmapOf } from './kept-heatmap.ts';
import { Ladder } from './ladder.tsx';
import { LineStrip } from './line-strip.tsx';
import { timeOfEvent } from './scaled.ts';
import { Tape } from './tape.tsx';
import { ViewTable } from './view-table.tsx';

const LADDER = { pane: 'ladder', usual: 176, least: 140, most: 480, isReversed: true };
const BELOW = { pane: 'tape', usual: 160, least: 60, most: 600, isReversed: true, isFlat: true };

export function View({ name }: { readonly name: string }): JSX.Element {
  const of = subjects.value[name];
  useEffect(() => {
    inSight('view', { view: { name, of } });
    return () => inSight('view', undefined);
  }, [name, of]);
  const info = log.value?.views?.find((view) => view.name === name);
  // The answers of a moment that is on its way are those of before: the view stays as it is.
  const answer = useComputed(() => shown.value?.view).value;
  if (shown.value === undefined) return <NoMoment />;
  if (answer?.name !== name || info === undefined) return <Loading says="Drawing the view …" />;
  return <Panes view={{ ...answer, zone: zone.value }} panes={info.panes} />;
}

type Listed = readonly { readonly name: string; readonly kind: PaneKind }[];

function Panes({ view, panes }: { readonly view: ViewAnswer; readonly panes: Listed }): JSX.Element {
  const named = (...kinds: readonly PaneKind[]): Listed => panes.filter(({ kind }) => kinds.includes(kind));
  const hasHeatmap = named('heatmap').length > 0;
  const { of = '' } = view;
  const model = heatmapOf(view.name, view.of);
  const width = useSignal(0);
  useEffect(() => (hasHeatmap ? feed(model, width) : undefined), [model, hasHeatmap]);
  const ladders = named('ladder');
  const below = named('tape', 'table');
  const { sequence, recordedAt, event } = shown.value!;
  const moment = timeOfEvent(recordedAt, event?.meta);
  return (
    <div class={hasHeatmap ? 'bk' : 'bk without-heatmap'}>
      <Head view={view} model={hasHeatmap ? model : undefined} />
      {view.problem !== undefined && <Problem of={view.problem} />}
      <div class="bk-panes">
        <div class="bk-left">
          {/* Of another subject these are other components: their effects keep what they began with. */}
          {hasHeatmap && <Heatmap key={of} {...{ model, scale: view, moment, width }} />}
          {named('line').map(({ name }) => (
            <Line key={`${name} ${of}`} {...{ name, model, moment, pane: view.panes[name] }} />
          ))}
          {below.length > 0 && hasHeatmap && <Splitter {...BELOW} label="Height of the panes below" />}
          {below.length > 0 && (
            <div class="bk-below" style={hasHeatmap ? { height: `${paneSize(BELOW)}px` } : undefined}>
              <Below view={view} panes={below} />
            </div>
          )}
        </div>
        {ladders.length > 0 && <Splitter {...LADDER} label="Width of the ladder" />}
        {ladders.map(({ name }) => (
          <div key={`${name} ${of}`} class="bk-right" style={{ width: `${paneSize(LADDER)}px` }}>
            <LadderPane {...{ name, view, at: sequence }} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Head({ view, model }: { readonly view: ViewAnswer; readonly model: HeatmapModel | undefined }): JSX.Element {
  const { name, title, of, subjects: known = [] } = view;
  return (
    <div class="bk-head">
      {known.length > 1 && (
        <select
          aria-label="What the view is of"
          value={of}
          onChange={({ currentTarget }) => (subjects.value = { ...subjects.value, [name]: currentTarget.value })}
        >
          {known.map((subject) => (
            <option key={subject} value={subject}>
              {safeLine(subject)}
            </option>
          ))}
        </select>
      )}
      {title === undefined && of !== undefined && known.length < 2 && <b>{safeLine(of)}</b>}
      <span class="bk-title quiet" title={title}>
        {safeLine(title ?? '')}
      </span>
      {model !== undefined && <HeatmapHead key={of} model={model} view={view} />}
    </div>
  );
}

function HeatmapHead({ model, view }: { readonly model: HeatmapModel; readonly view: ViewAnswer }): JSX.Element {
  const problem = model.problem.value;
  const isHeld = model.isTimeHeld.value || model.isPriceHeld.value;
  return (
    <>
      {problem !== undefined && (
        <span
          class="bk-problem"
          role="status"
          data-testid="heatmap-problem"
          data-code={problem.code}
          title={problem.hint}
        >
          {safeLine(problem.message)}
        </span>
      )}
      {model.isSampled.value && (
        <span
          class="bk-sampled"
          data-testid="sampled"
          title="The first picture is taken at some moments. It is getting exact."
        >
          sampled
        </span>
      )}
      <Legend model={model} scale={view} />
      <button
        type="button"
        class="bk-follow"
        aria-pressed={!isHeld}
        title="Keep the moment and the best prices in sight"
        onClick={() => model.follow({ time: true, price: true, span: !isHeld })}
      >
        Follow
      </button>
    </>
  );
}

interface LineProps {
  readonly name: string;
  readonly model: HeatmapModel;
  readonly moment: number;
  readonly pane: PaneAnswer | undefined;
}

function Line({ name, model, moment, pane }: LineProps): JSX.Element {
  if (pane?.kind === 'problem') return <Problem of={pane.problem} />;
  const { value, decimals } = pane?.kind === 'line' ? pane : { value: null, decimals: 0 };
  return <LineStrip {...{ name, model, moment, value, decimals }} />;
}

/** One of tape and tables at a time: each needs the whole width. */
function Below({ view, panes }: { readonly view: ViewAnswer; readonly panes: Listed }): JSX.Element {
  const open = useSignal(panes[0]!.name);
  const current = panes.find(({ name }) => name === open.value) ?? panes[0]!;
  return (
    <>
      {panes.length > 1 && (
        <Tabs
          label="Tape and tables"
          names={panes.map(({ name }) => name)}
          current={current.name}
          choose={(name) => (open.value = name)}
        />
      )}
      <OneBelow key={current.name} {...current} view={view} />
    </>
  );
}

function OneBelow({ name, kind, view }: { readonly name: string; readonly kind: PaneKind; readonly view: ViewAnswer }) {
  const pane = view.panes[name];
  if (kind === 'tape') return <Tape name={name} view={view.name} of={view.of} scale={view} />;
  if (pane?.kind === 'problem') return <Problem of={pane.problem} />;
  return pane?.kind === 'table' ? <ViewTable name={name} table={pane} /> : <div class="bk-table" />;
}

function LadderPane({ name, view, at }: { readonly name: string; readonly view: ViewAnswer; readonly at: number }) {
  const pane = view.panes[name];
  if (pane?.kind === 'problem') return <Problem of={pane.problem} />;
  return pane?.kind === 'ladder' ? <Ladder name={name} ladder={pane} scale={view} at={at} /> : <div />;
}
