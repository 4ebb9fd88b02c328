/**
 * Where this process is in its life, for whoever asks or wants to be told: `/ready`, systemd. In: each step, from those who
 * take it. Out: the stage, and calls at each change. There is no way back.
 */
import type { Stage } from './stage.js';

const order: readonly Stage[] = ['starting', 'ready', 'draining', 'stopping'];

export class Lifecycle {
  #stage: Stage = 'starting';
  readonly #listeners: ((stage: Stage) => void)[] = [];

  get stage(): Stage {
    return this.#stage;
  }

  advance(stage: Stage): void {
    if (order.indexOf(stage) <= order.indexOf(this.#stage)) return;
    this.#stage = stage;
    for (const listener of this.#listeners) listener(stage);
  }

  onChange(listener: (stage: Stage) => void): void {
    this.#listeners.push(listener);
  }
}

/** That of this process. */
export const lifecycle = new Lifecycle();
