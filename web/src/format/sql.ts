export type TokenKind = 'keyword' | 'type' | 'text' | 'number' | 'comment' | 'name' | 'operator' | 'space';

export interface Token {
  kind: TokenKind;
  text: string;
}

const Keywords = new Set(
  ('add all and any as asc between by case cast changes close constraint create cross dashboard desc descriptor distinct drop each else emit end every ' +
    'except exists expect explain extract false fetch filter final first for from full given group having hop if in inner insert interval into is join late ' +
    'last left like limit local masked materialized model not null nulls of offset on or order outer over partition primary key quarantine ' +
    'returns right row rows fail warn secret select series session set show sink source table then tile title to top true tumble cumulate union update using value ' +
    'values view violation watermark when where width window with within format x y')
    .split(' '),
);

/** Words that are keywords after TILE only; elsewhere people name columns so. */
const TileKinds = new Set('kpi line bar quality pipeline'.split(' '));

const Types = new Set('boolean integer int bigint double decimal numeric text timestamp interval bytes image varchar date precision'.split(' '));

const Pattern = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_$]*)|(\s+)|([^\s])/gu;

/** Cuts SQL text into coloured pieces; joined they are the text again, whatever it holds. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let before = '';
  for (const match of sql.matchAll(Pattern)) {
    const [text, comment, string, quoted, number, word, space] = match;
    const kind: TokenKind = comment ? 'comment' : string ? 'text' : quoted ? 'name' : number ? 'number' : word ? kindOfWord(word, before) : space ? 'space' : 'operator';
    tokens.push({ kind, text });
    if (word) before = word.toLowerCase();
  }
  return tokens;
}

/** The same pieces line by line; a piece that spans lines is cut. */
export function tokenizeLines(sql: string): Token[][] {
  const lines: Token[][] = [[]];
  for (const token of tokenize(sql)) {
    token.text.split('\n').forEach((text, index) => {
      if (index > 0) lines.push([]);
      if (text) lines.at(-1)!.push({ kind: token.kind, text });
    });
  }
  return lines;
}

function kindOfWord(word: string, before: string): TokenKind {
  const lower = word.toLowerCase();
  return Types.has(lower) ? 'type' : Keywords.has(lower) || (before === 'tile' && TileKinds.has(lower)) ? 'keyword' : 'name';
}
