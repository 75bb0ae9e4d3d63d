import type { TileKind } from '../api/types.ts';
import { bar } from './bar.ts';
import { kpi } from './kpi.ts';
import { line } from './line.ts';
import { pipeline } from './pipeline.ts';
import { quality } from './quality.ts';
import { table } from './table.ts';
import type { TileFactory } from './tile.ts';

/** Every kind of tile: to add one, write a file beside these and name it here. */
export const tileKinds: Readonly<Record<TileKind, TileFactory>> = { kpi, line, bar, table, quality, pipeline };
