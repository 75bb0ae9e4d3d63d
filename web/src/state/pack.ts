/** Units of the grid: every width of 1 to 4 columns, and every way to stretch a row, is a whole number of them. */
export const GridUnits = 12;

/**
 * Puts tiles of 1 to 4 columns into rows in their order and stretches each row to the full width, so that no hole remains.
 * Answers how many of the 12 units each tile takes on a grid of so many columns.
 */
export function packRows(widths: readonly number[], columns: number): number[] {
  const spans: number[] = [];
  let row: number[] = [];
  const finish = () => {
    const used = row.reduce((sum, width) => sum + width, 0);
    let left = GridUnits;
    row.forEach((width, index) => {
      const span = index === row.length - 1 ? left : Math.round((GridUnits * width) / used);
      spans.push(span);
      left -= span;
    });
    row = [];
  };
  for (const asked of widths) {
    const width = Math.min(Math.max(1, asked), columns);
    if (row.reduce((sum, one) => sum + one, 0) + width > columns) finish();
    row.push(width);
  }
  if (row.length > 0) finish();
  return spans;
}
