import type { Tile } from '../api/types.ts';
import type { App } from '../ui/app.ts';
import type { TableData } from '../ui/data-table.ts';
import type { Topic } from '../state/live.ts';

/** What stands inside the frame of a tile. A kind of tile is one function that makes this. */
export interface TileBody {
  readonly element: Element;
  /** What it listens to. */
  readonly topics: readonly Topic[];
  /** Whether there is nothing to draw; the frame then says why. */
  isEmpty(): boolean;
  /** Draws what is known now. Called once a frame at most, and only while the tile is not empty. */
  draw(): void;
  /** The same content as a table; null where the tile is one already. */
  table(): TableData | null;
  /** A short line beside the title, such as the window that is shown. */
  note?(): string;
  /** Gives back what the page does not free by itself. */
  close?(): void;
}

/** Makes the body of a tile of one kind. */
export type TileFactory = (tile: Tile, app: App) => TileBody;
