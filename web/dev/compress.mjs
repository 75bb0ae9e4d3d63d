// Puts a Brotli and a gzip twin beside each file of the page that gets smaller by it; the server sends what the browser takes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(html|js|css|svg)$/.test(entry.name));
for (const file of files) {
  const path = join(file.parentPath ?? file.path, file.name);
  const bytes = readFileSync(path);
  for (const [ending, twin] of [['br', brotliCompressSync(bytes)], ['gz', gzipSync(bytes, { level: 9 })]]) {
    if (twin.length < bytes.length) writeFileSync(`${path}.${ending}`, twin);
  }
}
