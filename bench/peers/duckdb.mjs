// DuckDB as a peer: answers one question over and over, each time when it is told to.
//
// usage: node duckdb.mjs w1|w3|w5|w8|w9 THREADS DATA_FOLDER
//
// Prints {"ready":...} when the data is there; then, for each line "run" on standard input, one line of JSON with the
// seconds of the query (result materialised) and the rows it read. The first run adds a checksum of the result, which
// is computed by a second query that no clock sees.
import { createInterface } from 'node:readline'
import { existsSync, openSync, readSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [name, threads, folder] = process.argv.slice(2)
const load = createRequire(pathToFileURL(join(folder, 'package.json')))
const { DuckDBInstance, DuckDBDataChunk, BIGINT, INTEGER, DOUBLE } = load('@duckdb/node-api')

const inFolder = file => join(folder, file).replaceAll("'", "''")
const queries = {
  w1: 'SELECT ts//60000 AS w, product, sum(qty*price) AS rev, count(*) AS n FROM sales WHERE qty>0 GROUP BY 1,2',
  w3: 'SELECT * FROM (SELECT ts//600000 AS w, product, sum(qty*price) AS rev FROM sales GROUP BY 1,2) QUALIFY row_number() OVER (PARTITION BY w ORDER BY rev DESC) <= 10',
  w5: 'SELECT ts//3600000 AS w, count(DISTINCT customer) AS n FROM sales GROUP BY 1',
  w8: `SELECT ts//60000 AS w, product, sum(qty*price) AS rev, count(*) AS n
       FROM read_json('${inFolder('sales.jsonl')}', format='newline_delimited',
                      columns={ts:'BIGINT',product:'VARCHAR',qty:'INTEGER',price:'DOUBLE'}) WHERE qty>0 GROUP BY 1,2`,
  w9: `SELECT ts//60000 AS w, product, sum(qty*price) AS rev, count(*) AS n
       FROM read_csv('${inFolder('sales.csv')}', header=true, delim=',', quote='', escape='', auto_detect=false,
                     columns={ts:'BIGINT',product:'VARCHAR',store:'VARCHAR',customer:'VARCHAR',qty:'INTEGER',price:'DOUBLE'})
       WHERE qty>0 GROUP BY 1,2`,
}
const rows = { w1: 10_000_000, w3: 10_000_000, w5: 10_000_000, w8: 2_000_000, w9: 2_000_000 }[name]
const query = queries[name]

// Prices have two decimals, so cents make the sum independent of the order in which doubles were added.
const number = name === 'w1' ? 'product' : 'substr(product, 2)::INTEGER'
const checksums = {
  w3: `SELECT count(*) || '/' || sum(cents) || '/' || sum(((w % 100003) * 4001 + product) * cents)
       FROM (SELECT w::HUGEINT AS w, product, round(rev * 100)::BIGINT AS cents FROM (${query}))`,
  w5: `SELECT count(*) || '/' || sum(n) || '/' || sum(w::HUGEINT * n) FROM (${query})`,
}
const checksum = checksums[name] ?? `SELECT count(*) || '/' || sum(n) || '/' || sum(cents) || '/' || sum(((w % 100003) * 4001 + product) * (cents * 31 + n))
  FROM (SELECT w::HUGEINT AS w, ${number} AS product, n, round(rev * 100)::BIGINT AS cents FROM (${query}))`

const instance = await DuckDBInstance.create(':memory:', { threads })
const connection = await instance.connect()
if (rows === 10_000_000) await loadColumns()
say({ ready: `DuckDB ${(await all('SELECT version()'))[0][0]}, threads ${threads}` })

let first = true
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'run') break
  const start = process.hrtime.bigint()
  await connection.run(query)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  say({ seconds, rows, ...(first && { checksum: String((await all(checksum))[0][0]) }) })
  first = false
}
process.exit(0)

function say(message) { console.log(JSON.stringify(message)) }
async function all(sql) { return (await connection.runAndReadAll(sql)).getRows() }

// The raw columns of gen_sales.py become a table; the way there does not matter, no clock is running.
async function loadColumns() {
  const columns = [['ts', BIGINT, BigInt64Array, 'i64'], ['product', INTEGER, Int32Array, 'i32'], ['store', INTEGER, Int32Array, 'i32'],
    ['customer', INTEGER, Int32Array, 'i32'], ['qty', INTEGER, Int32Array, 'i32'], ['price', DOUBLE, Float64Array, 'f64']]
  const parquet = join(folder, 'sales.parquet')
  if (!existsSync(parquet)) {
    await connection.run('CREATE TABLE loading(ts BIGINT, product INTEGER, store INTEGER, customer INTEGER, qty INTEGER, price DOUBLE)')
    const appender = await connection.createAppender('loading')
    const files = columns.map(([column, , , extension]) => openSync(join(folder, `${column}.${extension}`)))
    const size = 2048
    for (let done = 0; done < rows; done += size) {
      const count = Math.min(size, rows - done)
      const chunk = DuckDBDataChunk.create(columns.map(c => c[1]), count)
      chunk.setColumns(columns.map(([, , Values], i) => {
        const values = new Values(count)
        readSync(files[i], values, 0, values.byteLength, done * Values.BYTES_PER_ELEMENT)
        return Array.from(values)
      }))
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    await connection.run(`COPY loading TO '${inFolder('sales.parquet.part')}' (FORMAT parquet)`)
    renameSync(parquet + '.part', parquet)
    await connection.run('DROP TABLE loading')
  }
  await connection.run(`CREATE TABLE sales AS SELECT * FROM '${inFolder('sales.parquet')}'`)
}
