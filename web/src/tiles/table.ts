import { windowColumn } from '../state/windows.ts';
import { DataTable } from '../ui/data-table.ts';
import type { TileFactory } from './tile.ts';

/** The rows of a view, newest first, sortable by every column. */
export const table: TileFactory = (tile, app) => {
  const store = app.live.store(tile.view!);
  const view = new DataTable(tile.title);
  return {
    element: view.element,
    topics: [`view:${tile.view!}`],
    isEmpty: () => store.size === 0,
    draw() {
      const columns = store.columns;
      const order = windowColumn(store, tile.x);
      view.update({ columns, rows: store.rows().reverse(), order }, app.settings.zone);
    },
    table: () => null,
  };
};
