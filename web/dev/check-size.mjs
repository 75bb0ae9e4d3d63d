// Measures what a first visit loads, as gzip, and what the content security policy forbids. Fails over the limit.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LimitKb = 100;
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name));
let total = 0;
for (const file of files) {
  const path = join(file.parentPath ?? file.path, file.name);
  const size = gzipSync(readFileSync(path), { level: 9 }).length;
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${path.slice(dist.length + 1)}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  gzip in all, limit ${LimitKb}`);

const page = readFileSync(join(dist, 'index.html'), 'utf8');
const forbidden = [/<script(?![^>]*\ssrc=)/, /<style/, /\sstyle=/, /\son\w+=/, /(?:src|href)="https?:/].filter((pattern) => pattern.test(page));
for (const pattern of forbidden) console.error(`index.html has what the content security policy forbids: ${pattern}`);
process.exitCode = total > LimitKb * 1000 || forbidden.length > 0 ? 1 : 0;
