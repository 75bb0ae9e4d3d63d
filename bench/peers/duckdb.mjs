// DuckDB as a peer: answers one question over and over, each time when it is told to.
//
// usage: node duckdb.mjs w1 ... w9|approx-... THREADS DATA_FOLDER
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
const perMinute = 'SELECT ts//60000 AS w, product, sum(qty*price) AS rev, count(*) AS n'

// A question: its query, and for the checksum what is a whole number in each column of its answer.
const inMemory = {
  w1: [`${perMinute} FROM sales WHERE qty>0 GROUP BY 1,2`, ['w*60000', 'product', 'round(rev*100)', 'n']],
  w2: ['SELECT ts//1000 AS w, count(*) AS n FROM sales GROUP BY 1', ['w*1000', 'n']],
  w3: [`SELECT * FROM (SELECT ts//600000 AS w, product, sum(qty*price) AS rev FROM sales GROUP BY 1,2)
        QUALIFY row_number() OVER (PARTITION BY w ORDER BY rev DESC) <= 10`, ['w*600000', 'product', 'round(rev*100)']],
  w4: [`WITH p AS (SELECT ts//60000 AS m, store, sum(qty*price) AS s, count(*) AS n FROM sales GROUP BY 1,2)
        SELECT m+k AS w, store, sum(s)/sum(n) AS mean FROM p, range(10) r(k) GROUP BY 1,2`, ['(w-9)*60000', 'store', 'round(mean*9876.54321::DOUBLE)']],
  w5: ['SELECT ts//3600000 AS w, count(DISTINCT customer) AS n FROM sales GROUP BY 1', ['w*3600000', 'n']],
  w6: ['SELECT ts//60000 AS w, category, sum(qty*price) AS rev FROM sales JOIN dim USING (product) GROUP BY 1,2', ['w*60000', 'category', 'round(rev*100)']],
  w7: [`SELECT customer, s, count(*) AS n, sum(rev) AS rev, min(ts) AS first_at, max(ts) AS last_at FROM (
          SELECT customer, ts, rev, sum(g) OVER (PARTITION BY customer ORDER BY ts ROWS UNBOUNDED PRECEDING) AS s FROM (
            SELECT customer, ts, qty*price AS rev, CASE WHEN ts - lag(ts) OVER (PARTITION BY customer ORDER BY ts) <= 30000 THEN 0 ELSE 1 END AS g FROM sales))
        GROUP BY 1,2`, ['customer', 'n', 'round(rev*100)', 'first_at', 'last_at']],
  // Estimates, which no two programs share: the checksum is of windows and keys.
  'approx-distinct': ['SELECT ts//3600000 AS w, approx_count_distinct(customer) AS n FROM sales GROUP BY 1', ['w*3600000', '0']],
  'approx-distinct-groups': ['SELECT ts//3600000 AS w, product, approx_count_distinct(customer) AS n FROM sales GROUP BY 1,2', ['w*3600000', 'product', '0']],
  'approx-percentile': ['SELECT ts//3600000 AS w, approx_quantile(price, 0.95) AS p FROM sales GROUP BY 1', ['w*3600000', '0']],
}
const fromFiles = {
  w8: [`${perMinute} FROM read_json('${inFolder('sales.jsonl')}', format='newline_delimited',
          columns={ts:'BIGINT',product:'VARCHAR',qty:'INTEGER',price:'DOUBLE'}) WHERE qty>0 GROUP BY 1,2`, ['w*60000', 'substr(product, 2)', 'round(rev*100)', 'n']],
  w9: [`${perMinute} FROM read_csv('${inFolder('sales.csv')}', header=true, delim=',', quote='', escape='', auto_detect=false,
          columns={ts:'BIGINT',product:'VARCHAR',store:'VARCHAR',customer:'VARCHAR',qty:'INTEGER',price:'DOUBLE'}) WHERE qty>0 GROUP BY 1,2`, ['w*60000', 'substr(product, 2)', 'round(rev*100)', 'n']],
}
const isInMemory = name in inMemory
const rows = isInMemory ? 10_000_000 : 2_000_000
const [query, columns] = { ...inMemory, ...fromFiles }[name]

// See AnswerChecksum: values folded modulo the prime 2^61 - 1, squares added up.
const prime = '2305843009213693951'
const folded = columns.reduce((before, column) => `(((${before})::HUGEINT * 1000003 + ((${column})::HUGEINT + 1000000000000000)) % ${prime})`, '0')
const checksum = `SELECT count(*) || '/' || (sum((h * h) % ${prime}) % ${prime}) FROM (SELECT ${folded} AS h FROM (${query}))`

const instance = await DuckDBInstance.create(':memory:', { threads })
const connection = await instance.connect()
if (isInMemory) await loadColumns()
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
  await connection.run('CREATE TABLE dim AS SELECT range::INTEGER AS product, (range % 40)::INTEGER AS category FROM range(4000)')
}
