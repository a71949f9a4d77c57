/** The way back: from what the log holds to what this model's reducers understand. */
import { messageOf, RefoldError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/event.ts';
import type { EventType, Model } from '../core/model.ts';

/**
 * Brings an event to the model's version of its type; the very object when it is there already.
 *
 * @throws RefoldError `MODEL_MISMATCH`: the type is unknown, its version is from the future, or an upcaster threw
 */
export function upcastEvent(model: Model, event: RecordedEvent): RecordedEvent {
  const eventType = model.types.get(event.type);
  if (eventType !== undefined && eventType.version === event.version) return event;
  if (eventType === undefined) throw unknownType(model, event);
  if (event.version > eventType.version) throw fromTheFuture(eventType, event);
  return { ...event, version: eventType.version, data: upcastData(eventType, event) };
}

function upcastData(eventType: EventType, event: RecordedEvent): unknown {
  let data = event.data;
  for (let version = event.version; version < eventType.version; version++) {
    data = runUpcaster(eventType, version, data, event);
  }
  return data;
}

function runUpcaster(eventType: EventType, version: number, data: unknown, event: RecordedEvent): unknown {
  try {
    return eventType.upcast[version]!(data);
  } catch (cause) {
    const { type, sequence } = event;
    throw new RefoldError(
      'MODEL_MISMATCH',
      `Cannot upcast ${type} at ${sequence} from version ${version}: ${messageOf(cause)}`,
      {
        type,
        sequence,
        cause,
        hint: `Correct upcast[${version}] of ${type}: it must accept all data recorded as version ${version}`,
      },
    );
  }
}

function unknownType(model: Model, { type, sequence }: RecordedEvent): RefoldError {
  return new RefoldError(
    'MODEL_MISMATCH',
    `Cannot fold the event at ${sequence}: the model ${model.name} has no type ${type}`,
    {
      type,
      sequence,
      hint: `Keep the type in the model as long as the log holds such events, with an empty reducer if state ignores it`,
    },
  );
}

function fromTheFuture({ version }: EventType, event: RecordedEvent): RefoldError {
  const { type, sequence } = event;
  const problem = `${type} was recorded as version ${event.version}, and the model knows up to ${version}`;
  return new RefoldError('MODEL_MISMATCH', `Cannot fold the event at ${sequence}: ${problem}`, {
    type,
    sequence,
    hint: 'Run the newer release of the application that wrote it',
  });
}
