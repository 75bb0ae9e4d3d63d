import type { Column, Row } from '../api/types.ts';
import { cellText, compareValues } from '../format/cells.ts';
import { formatCount } from '../format/numbers.ts';
import type { Zone } from '../format/times.ts';
import { isNumeric, isTimestamp } from '../format/types.ts';
import { h, keyed, setText } from './dom.ts';
import { icon } from './icons.ts';

/** What a table shows; `order` is the column to sort by at first, newest or largest on top. */
export interface TableData {
  columns: readonly Column[];
  rows: readonly Row[];
  order: number;
}

const ShownRows = 200;

/** A sortable table that shows at most 200 rows and says how many there are. Sorting stays as the reader set it while rows change. */
export class DataTable {
  readonly element: HTMLElement;
  readonly #scroll: HTMLElement;
  readonly #head = h('tr');
  readonly #body = h('tbody');
  readonly #foot = h('p', { class: 'table-foot' });
  #data: TableData = { columns: [], rows: [], order: 0 };
  #zone: Zone = 'utc';
  #sort: { column: string; descending: boolean } | null = null;

  constructor(caption: string) {
    const table = h('table', {}, h('caption', { class: 'sr-only' }, caption), h('thead', {}, this.#head), this.#body);
    this.#scroll = h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': `${caption}, table` }, table);
    this.element = h('div', { class: 'table-view' }, this.#scroll, this.#foot);
  }

  update(data: TableData, zone: Zone): void {
    this.#data = data;
    this.#zone = zone;
    this.#draw();
  }

  #draw(): void {
    const { columns, rows } = this.#data;
    const sort = this.#sort ?? { column: columns[this.#data.order]?.name ?? '', descending: true };
    const index = columns.findIndex((column) => column.name === sort.column);
    const sorted = index < 0 ? [...rows] : [...rows].sort((a, b) => compareValues(a[index] ?? null, b[index] ?? null, columns[index]!.type) * (sort.descending ? -1 : 1));
    const shown = sorted.slice(0, ShownRows);

    keyed(this.#head, columns, (column) => `${column.name}:${column.type}`, (column) => this.#makeHead(column), (cell, column) => {
      const state = column.name !== sort.column ? 'none' : sort.descending ? 'descending' : 'ascending';
      if (cell.getAttribute('aria-sort') !== state) cell.setAttribute('aria-sort', state);
    });
    keyed(this.#body, shown, (_, index) => String(index), () => h('tr'), (tr, row) => {
      keyed(tr, columns, (column) => column.name, (column) => h('td', { class: classOf(column) }), (td, column, i) => {
        const value = row[i] ?? null;
        setText(td, cellText(value, column, this.#zone));
        td.classList.toggle('null', value === null);
      });
    });
    setText(this.#foot, rows.length > ShownRows ? `First ${formatCount(ShownRows)} of ${formatCount(rows.length)} rows` : `${formatCount(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`);
  }

  #makeHead(column: Column): HTMLElement {
    const button = h('button', { type: 'button', class: 'sort', title: `${column.name}: ${column.type}` }, column.name, icon('sort'));
    const cell = h('th', { scope: 'col', class: classOf(column) }, button);
    button.addEventListener('click', () => {
      this.#sort = { column: column.name, descending: cell.getAttribute('aria-sort') !== 'descending' };
      this.#draw();
    });
    return cell;
  }
}

const classOf = (column: Column): string => (isNumeric(column.type) ? 'number' : isTimestamp(column.type) ? 'time' : 'text');
