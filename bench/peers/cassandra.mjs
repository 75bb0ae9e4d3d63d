// Upserts by the npm package cassandra-driver: prepared statements, 512 under way. Answers each line "run" with a lap.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const cassandra = createRequire(`${process.argv[2]}/`)('cassandra-driver');
const [host, port] = process.env.MILLRACE_BENCH_CASSANDRA.split(' ');
const rows = +process.env.MILLRACE_BENCH_ROWS;
const client = new cassandra.Client({ contactPoints: [host], localDataCenter: 'datacenter1', protocolOptions: { port: +port }, queryOptions: { consistency: cassandra.types.consistencies.one } });
await client.connect();
const insert = 'INSERT INTO bench.node_driver (product, window_start, revenue, quantity, orders, mean, highest) VALUES (?, ?, ?, ?, ?, ?, ?)';
const Long = cassandra.types.Long;
const values = Array.from({ length: rows }, (_, i) =>
  [`P${String(i % 4000).padStart(4, '0')}`, new Date(1767225600000 + Math.floor(i / 4000) * 60000), i * 0.25, Long.fromNumber(i % 100), Long.fromNumber(i % 7), i * 0.5, i * 0.125]);
console.log(JSON.stringify({ ready: `cassandra-driver ${cassandra.version ?? ''}, node ${process.version}` }));
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith('run')) continue;
  const start = process.hrtime.bigint();
  await cassandra.concurrent.executeConcurrent(client, insert, values, { concurrencyLevel: 512 });
  console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - start) / 1e9, rows }));
}
await client.shutdown();
