/** Keyspace notifications: messages to subscribers about what happens to keys. */

import type { Config, Notifications } from '../../calls/parts.ts';
import type { EventClass } from '../../protocol/keyspace-events.ts';
import { parseEvents, type WantedEvents } from '../../protocol/keyspace-events.ts';

/** Sends a message to the subscribers of a channel. */
export type Publish = (channel: string, message: string) => void;

const UNWANTED: WantedEvents = { classes: new Set(), byKey: false, byEvent: false };

export class KeyspaceNotifications implements Notifications {
  readonly #config: Config;
  readonly #publish: Publish;
  #text = '';
  #wanted = UNWANTED;

  constructor(config: Config, publish: Publish) {
    this.#config = config;
    this.#publish = publish;
  }

  get wantsNewKeys(): boolean {
    return this.#current().classes.has('n');
  }

  notify(eventClass: EventClass, event: string, key: string, db: number): void {
    const { classes, byKey, byEvent } = this.#current();
    if (!classes.has(eventClass)) return;
    if (byKey) this.#publish(`__keyspace@${db}__:${key}`, event);
    if (byEvent) this.#publish(`__keyevent@${db}__:${event}`, key);
  }

  #current(): WantedEvents {
    const text = this.#config.text('notify-keyspace-events');
    if (text !== this.#text) {
      this.#text = text;
      const wanted = parseEvents(text) ?? UNWANTED;
      this.#wanted = wanted.byKey || wanted.byEvent ? wanted : UNWANTED;
    }
    return this.#wanted;
  }
}
