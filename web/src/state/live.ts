import { ChangeStream, type ChangeReader } from '../api/changes.ts';
import { getPipeline, getQuality } from '../api/client.ts';
import type { Delta, Pipeline, Quality, Snapshot } from '../api/types.ts';
import { RowStore } from './rows.ts';

export type Connection = 'connecting' | 'open' | 'lost';
export type Topic = `view:${string}` | 'pipeline' | 'quality' | 'connection' | 'settings';

const PollMs = 1000;
const IdlePollMs = 5000;

/**
 * Everything the page knows, kept up to date: rows of views by one event stream, figures of the pipeline by polling.
 * Pausing closes the stream and stops the polls; going on starts with fresh snapshots, so nothing piles up meanwhile.
 */
export class Live implements ChangeReader {
  readonly #stores = new Map<string, RowStore>();
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #dirty = new Set<Topic>();
  #views: readonly string[] = [];
  #stream: ChangeStream | null = null;
  #poll = 0;
  #frame = 0;

  connection: Connection = 'connecting';
  paused = false;
  pipeline: Pipeline | null = null;
  quality: Quality | null = null;
  /** Called when another run of the pipeline answers than the one the page was drawn for. */
  onRestart: () => void = () => {};

  store(view: string): RowStore {
    let store = this.#stores.get(view);
    if (!store) this.#stores.set(view, (store = new RowStore()));
    return store;
  }

  /** Calls the listener in the frame after a topic changed; answers how to stop that. */
  on(topics: readonly Topic[], listener: () => void): () => void {
    for (const topic of topics) {
      let listeners = this.#listeners.get(topic);
      if (!listeners) this.#listeners.set(topic, (listeners = new Set()));
      listeners.add(listener);
    }
    return () => topics.forEach((topic) => this.#listeners.get(topic)?.delete(listener));
  }

  /** Says that a topic changed; all that changes within a frame is drawn together. */
  touch(topic: Topic): void {
    this.#dirty.add(topic);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#notify());
  }

  /** Follows these views and no others. */
  follow(views: readonly string[]): void {
    this.#views = [...new Set(views)].sort();
    this.#restartStream();
    if (this.#poll === 0) void this.#pollNow();
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    window.clearTimeout(this.#poll);
    if (paused) this.#stream?.close();
    else {
      this.#restartStream();
      void this.#pollNow();
    }
    this.touch('connection');
  }

  onSnapshot(view: string, snapshot: Snapshot): void {
    this.store(view).applySnapshot(snapshot);
    this.touch(`view:${view}`);
  }

  onDelta(view: string, delta: Delta): void {
    if (this.store(view).applyDelta(delta)) this.touch(`view:${view}`);
  }

  onConnection(open: boolean): void {
    this.#setConnection(open ? 'open' : 'lost');
  }

  onEnd(): void {
    this.#stream = null;
    this.#setConnection('open');
    window.clearTimeout(this.#poll);
    void this.#pollNow();
  }

  #restartStream(): void {
    this.#stream?.close();
    this.#stream = this.#views.length > 0 && !this.paused ? new ChangeStream(this.#views, this) : null;
  }

  async #pollNow(): Promise<void> {
    try {
      const [pipeline, quality] = await Promise.all([getPipeline(), getQuality()]);
      if (this.paused) return;
      const restarted = this.pipeline !== null && this.pipeline.started !== pipeline.started;
      this.pipeline = pipeline;
      this.quality = quality;
      if (this.#stream === null || this.connection === 'connecting') this.#setConnection('open');
      this.touch('pipeline');
      this.touch('quality');
      if (restarted) this.onRestart();
    } catch {
      if (!this.paused) this.#setConnection('lost');
    }
    if (this.paused) return;
    const ended = this.pipeline?.state === 'finished' || this.pipeline?.state === 'failed' || document.hidden;
    window.clearTimeout(this.#poll);
    this.#poll = window.setTimeout(() => void this.#pollNow(), ended ? IdlePollMs : PollMs);
  }

  #setConnection(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.touch('connection');
  }

  #notify(): void {
    this.#frame = 0;
    const topics = [...this.#dirty];
    this.#dirty.clear();
    const due = new Set<() => void>();
    for (const topic of topics) this.#listeners.get(topic)?.forEach((listener) => due.add(listener));
    due.forEach((listener) => listener());
  }
}
