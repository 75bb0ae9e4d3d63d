export const isTimestamp = (type: string): boolean => type.startsWith('TIMESTAMP');

export const isNumeric = (type: string): boolean => /^(INTEGER|BIGINT|DOUBLE|DECIMAL)/.test(type);

/** Digits after the point of a DECIMAL(p,s), null for every other type. */
export function scaleOf(type: string): number | null {
  const match = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type);
  return match ? Number(match[1]) : null;
}
