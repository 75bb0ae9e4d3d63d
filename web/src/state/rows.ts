import type { Column, Delta, Row, Snapshot, Value } from '../api/types.ts';

const MaxRows = 20_000;

/**
 * The rows of one view as of one version: a snapshot, then deltas by key.
 * A view that only appends keeps equal rows apart; a view of one row has an empty key. At most 20,000 rows are kept; those that came first go first.
 */
export class RowStore {
  version = -1;
  watermark: string | null = null;
  columns: readonly Column[] = [];
  key: readonly string[] = [];

  readonly #rows = new Map<string, Row>();
  #keyColumns: number[] = [];
  #append = false;
  #next = 0;

  /** Whether a snapshot has arrived: before it, emptiness means nothing. */
  get loaded(): boolean {
    return this.version >= 0;
  }

  get size(): number {
    return this.#rows.size;
  }

  rows(): Row[] {
    return [...this.#rows.values()];
  }

  /** The position of a column, -1 where the view has none of this name. */
  indexOf(name: string | null): number {
    return name === null ? -1 : this.columns.findIndex((column) => column.name === name);
  }

  applySnapshot(snapshot: Snapshot): void {
    this.columns = snapshot.columns;
    this.key = snapshot.key;
    this.#append = snapshot.append;
    this.#keyColumns = this.key.map((name) => this.indexOf(name));
    this.#rows.clear();
    this.#put(snapshot.rows);
    this.#moveTo(snapshot.version, snapshot.watermark);
  }

  /** Applies a delta; one that is not newer than what is held is a repetition and changes nothing. */
  applyDelta(delta: Delta): boolean {
    if (!this.loaded || delta.version <= this.version) return false;
    for (const key of delta.deletes) this.#rows.delete(JSON.stringify(key));
    this.#put(delta.upserts);
    this.#moveTo(delta.version, delta.watermark);
    return true;
  }

  #put(rows: readonly Row[]): void {
    for (const row of rows) this.#rows.set(this.#keyOf(row), row);
    if (this.#rows.size <= MaxRows) return;
    for (const key of this.#rows.keys()) {
      this.#rows.delete(key);
      if (this.#rows.size <= MaxRows) break;
    }
  }

  #keyOf(row: Row): string {
    if (this.#append) return String(this.#next++);
    return JSON.stringify(this.#keyColumns.map((index): Value => row[index] ?? null));
  }

  #moveTo(version: number, watermark: string | null): void {
    this.version = version;
    this.watermark = watermark;
  }
}
