import { pick, shownColumns } from '../state/pick.ts';
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
      const data = pick(store, store.rows().reverse(), shownColumns(store));
      const order = store.columns[windowColumn(store, tile.x)]?.name;
      view.update({ ...data, order: data.columns.findIndex((column) => column.name === order) }, app.settings.zone);
    },
    table: () => null,
  };
};
