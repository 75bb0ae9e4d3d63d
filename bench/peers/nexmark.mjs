// DuckDB as the judge of Nexmark: answers each question anew, in its own words (bench/nexmark/reference), and compares.
//
// usage: node nexmark.mjs compare  MODULES REFERENCE CSV ANSWERS NAME...   prints for each name: NAME rows missing surplus
//        node nexmark.mjs checksum MODULES REFERENCE CSV NAME...           prints for each name: NAME rows checksum
//
// An answer is a file of lines: values with | between, times as microseconds since 1970, \N for NULL, in any order. NAME.lines in the CSV
// folder takes the place of a query where DuckDB has none (patterns: match.py).
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [mode, modules, reference, csv, ...rest] = process.argv.slice(2)
const [answers, names] = mode === 'compare' ? [rest[0], rest.slice(1)] : [null, rest]
const { DuckDBInstance } = createRequire(pathToFileURL(join(modules, 'package.json')))('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:', { threads: 2 })).connect()
const all = async sql => (await connection.runAndReadAll(sql)).getRows()
const quoted = path => `'${path.replaceAll("'", "''")}'`

const kinds = {
  person: { n: 'BIGINT', id: 'BIGINT', name: 'VARCHAR', emailAddress: 'VARCHAR', creditCard: 'VARCHAR', city: 'VARCHAR', state: 'VARCHAR', dateTime: 'TIMESTAMP', extra: 'VARCHAR' },
  auction: { n: 'BIGINT', id: 'BIGINT', itemName: 'VARCHAR', description: 'VARCHAR', initialBid: 'BIGINT', reserve: 'BIGINT', dateTime: 'TIMESTAMP', expires: 'TIMESTAMP',
    seller: 'BIGINT', category: 'BIGINT', extra: 'VARCHAR' },
  bid: { n: 'BIGINT', auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', url: 'VARCHAR', dateTime: 'TIMESTAMP', extra: 'VARCHAR' },
}
for (const [kind, columns] of Object.entries(kinds)) {
  const list = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`).join(', ')
  await connection.run(`CREATE TABLE ${kind} AS SELECT * FROM read_csv(${quoted(join(csv, kind + '.csv'))}, header=true, delim=',', quote='', escape='', nullstr='\\N', auto_detect=false, columns={${list}})`)
}
// A mean with six digits, rounded half away from zero, as a text.
await connection.run(`CREATE MACRO mean6(total, n) AS format('{}.{:06d}', ((total::HUGEINT * 2000000 + n) // (2 * n) // 1000000)::BIGINT, ((total::HUGEINT * 2000000 + n) // (2 * n) % 1000000)::BIGINT)`)

const lines = file => `SELECT line FROM read_csv(${quoted(file)}, header=false, delim='\\t', quote='', escape='', nullstr='\\0', auto_detect=false, columns={'line': 'VARCHAR'})`

async function expected(name) {
  const made = join(csv, name + '.lines')
  if (existsSync(made)) return lines(made)
  const query = readFileSync(join(reference, name + '.sql'), 'utf8')
  const types = (await all(`DESCRIBE (${query}\n)`)).map(r => r[1])
  const columns = types.map((_, i) => 'c' + i)
  const texts = columns.map((c, i) => `coalesce(${types[i] === 'TIMESTAMP' ? `epoch_us(${c})` : c}::VARCHAR, '\\N')`)
  return `SELECT concat_ws('|', ${texts.join(', ')}) AS line FROM (${query}\n) answer(${columns.join(', ')})`
}

for (const name of names) {
  try {
    await connection.run(`CREATE OR REPLACE TEMP TABLE theirs AS ${await expected(name)}`)
    if (mode === 'checksum') {
      console.log(name, ...(await all(`SELECT count(*)::VARCHAR, coalesce(sum(('0x' || md5(line)[:12])::BIGINT), 0)::VARCHAR FROM theirs`))[0])
      continue
    }
    await connection.run(`CREATE OR REPLACE TEMP TABLE ours AS ${lines(join(answers, name + '.lines'))}`)
    const count = async sql => (await all(`SELECT count(*)::VARCHAR FROM (${sql})`))[0][0]
    const missing = 'FROM theirs EXCEPT ALL FROM ours'
    const surplus = 'FROM ours EXCEPT ALL FROM theirs'
    console.log(name, await count('FROM theirs'), await count(missing), await count(surplus))
    for (const [what, sql] of [['missing', missing], ['surplus', surplus]])
      for (const [line] of await all(`SELECT * FROM (${sql}) ORDER BY 1 LIMIT 3`)) console.error(`  ${name} ${what} ${line}`)
  } catch (fault) {
    console.log(name, '-', '-', '-')
    console.error(`  ${name} ${fault.message.split('\n')[0]}`)
  }
}
process.exit(0)
