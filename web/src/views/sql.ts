import { getSql } from '../api/client.ts';
import type { SqlFile } from '../api/types.ts';
import { tokenizeLines } from '../format/sql.ts';
import { announce } from '../ui/announce.ts';
import { h } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import type { View } from './view.ts';

/** The SQL file that runs, to read. */
export function sqlView(): View {
  const path = h('p', { class: 'facts' }, 'read only');
  const body = h('div', { class: 'sql-body' }, h('p', { class: 'empty-text' }, 'Loading'));
  const copy = h('button', { type: 'button', class: 'button', disabled: true }, icon('copy'), 'Copy');
  const element = h('div', { class: 'view view-sql' }, h('div', { class: 'view-head' }, h('h1', { tabindex: -1 }, 'SQL'), path, copy), body);

  getSql().then(
    (file) => {
      path.textContent = `${file.path}  ·  read only`;
      body.replaceChildren(code(file));
      copy.disabled = false;
      copy.addEventListener('click', () => void navigator.clipboard.writeText(file.text).then(() => announce('SQL copied')));
    },
    (error: Error) => body.replaceChildren(h('p', { class: 'empty-text', role: 'alert' }, `The file could not be read: ${error.message}`)),
  );
  return { element, title: 'SQL', follows: [], close: () => {} };
}

/** One element a line; the numbers are drawn by the style sheet and so are never copied. */
function code(file: SqlFile): HTMLElement {
  const lines = tokenizeLines(file.text.replace(/\n$/, '')).map((tokens) =>
    h('span', { class: 'sql-line' }, ...tokens.map(({ kind, text }) => (kind === 'space' || kind === 'name' ? text : h('span', { class: `sql-${kind}` }, text))), '\n'));
  return h('pre', { class: 'sql', tabindex: 0, 'aria-label': `Text of ${file.path}` }, h('code', {}, ...lines));
}
