// What the REST contract sends (docs/reference/rest.md).

/** A value of a row as JSON carries it: DECIMAL and large BIGINT are strings that keep their digits. */
export type Value = string | number | boolean | null;
export type Row = readonly Value[];

export interface Column {
  name: string;
  type: string;
}

export interface Snapshot {
  version: number;
  columns: Column[];
  key: string[];
  /** Whether upserts are new rows. Otherwise they replace by key; with an empty key there is one row. */
  append: boolean;
  watermark: string | null;
  rows: Row[];
}

export interface Delta {
  version: number;
  watermark: string | null;
  upserts: Row[];
  deletes: Row[];
}

export type PipelineState = 'starting' | 'running' | 'paused' | 'finished' | 'failed';
export type NodeKind = 'source' | 'clean' | 'view' | 'materialized' | 'sink' | 'dead_letters';

export interface PipelineNode {
  id: string;
  kind: NodeKind;
  label: string;
  detail: string | null;
  inputs: string[];
  rowsIn: number;
  rowsOut: number;
  rowsPerSecond: number;
  bytesIn: number;
  /** What there is to read, where that is known. */
  totalBytes: number | null;
  watermark: string | null;
  lagMs: number | null;
  late: number;
  errors: number;
  stateRows: number;
  stateBytes: number;
  /** The partition that holds the watermark back. */
  heldBackBy: string | null;
  /** Part of the time spent in all operators, 0 to 1. */
  timeShare: number;
  /** Mean rows of a batch. */
  batchRows: number;
  /** The keys that most rows have, hottest first. */
  hotKeys: { key: string; share: number }[];
}

export interface Pipeline {
  version: number;
  name: string;
  state: PipelineState;
  started: string;
  error: string | null;
  nodes: PipelineNode[];
  memory: { usedBytes: number; limitBytes: number | null };
  commits: { count: number; lastMs: number; intervalMs: number };
}

export type TileKind = 'kpi' | 'line' | 'bar' | 'table' | 'quality' | 'pipeline';

export interface Tile {
  id: string;
  kind: TileKind;
  title: string;
  view: string | null;
  value: string | null;
  x: string | null;
  y: string | null;
  series: string | null;
  format: string | null;
  width: number;
  top: number | null;
}

export interface Dashboard {
  name: string;
  title: string;
  generated: boolean;
  tiles: Tile[];
}

export type RuleAction = 'WARN' | 'DROP ROW' | 'QUARANTINE' | 'FAIL';

export interface QualityRule {
  name: string;
  on: string;
  action: RuleAction;
  predicate: string;
  seen: number;
  passed: number;
  violated: number;
  acted: number;
}

export interface SourceQuality {
  source: string;
  seen: number;
  accepted: number;
  undecodable: number;
  nulled: number;
  duplicates: number;
  late: number;
  deadLetters: number;
  /** Rows without event time, which fall in no window. */
  timeless?: number;
  lateSamples?: LateSample[];
  rules: QualityRule[];
}

export interface LateSample {
  view: string;
  windowEnd: string;
  watermark: string;
  row: string;
}

export interface Quality {
  version: number;
  sources: SourceQuality[];
}

export interface SqlFile {
  path: string;
  text: string;
}
