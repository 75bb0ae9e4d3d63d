import type { Delta, Snapshot } from './types.ts';

/** What a reader of changes is told. */
export interface ChangeReader {
  onSnapshot(view: string, snapshot: Snapshot): void;
  onDelta(view: string, delta: Delta): void;
  /** The connection opened (true) or broke (false); a broken one is tried again. */
  onConnection(open: boolean): void;
  /** The pipeline has ended: nothing more will come. */
  onEnd(): void;
}

const SnapshotRows = 5000;
const RetryMs = 2000;

/**
 * The changes of several views over one connection (browsers allow only six to a host).
 * The browser resumes by Last-Event-ID after a break; where it gives up, a new stream starts with new snapshots.
 */
export class ChangeStream {
  readonly #url: string;
  readonly #reader: ChangeReader;
  #source: EventSource | null = null;
  #retry = 0;

  constructor(views: readonly string[], reader: ChangeReader) {
    const query = new URLSearchParams({ views: views.join(','), limit: String(SnapshotRows) });
    this.#url = `/api/changes?${query}`;
    this.#reader = reader;
    this.#open();
  }

  close(): void {
    window.clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #open(): void {
    const source = new EventSource(this.#url);
    this.#source = source;
    source.onopen = () => this.#reader.onConnection(true);
    source.onerror = () => {
      this.#reader.onConnection(false);
      if (source.readyState === EventSource.CLOSED) this.#retry = window.setTimeout(() => this.#open(), RetryMs);
    };
    source.addEventListener('snapshot', (event) => {
      const data = JSON.parse(event.data) as Snapshot & { view: string };
      this.#reader.onSnapshot(data.view, data);
    });
    source.addEventListener('delta', (event) => {
      const data = JSON.parse(event.data) as Delta & { view: string };
      this.#reader.onDelta(data.view, data);
    });
    source.addEventListener('end', () => {
      this.close();
      this.#reader.onEnd();
    });
  }
}
