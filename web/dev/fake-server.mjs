// Serves web/dist and the REST API with made-up sales, for work on the page without the engine.
//   node dev/fake-server.mjs [--port 5180] [--scenario normal | empty | dropped | finished | failed | generated]
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sales } from './fake-sales.mjs';

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const port = Number(argument('port', '5180'));
const sales = new Sales(argument('scenario', 'normal'));
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const json = (response, body, status = 200) => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};

function changes(request, response, views) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (event, data) => response.write(`event: ${event}\nid: ${data.version}@1\ndata: ${JSON.stringify(data)}\n\n`);
  for (const view of views) send('snapshot', { view, ...sales.snapshot(view) });
  if (sales.ended) send('end', { version: sales.version, state: sales.state });
  const stop = sales.listen((view, delta) => views.includes(view) && send('delta', { view, ...delta }));
  request.on('close', stop);
}

function file(response, path) {
  const name = join(dist, normalize(path === '/' ? '/index.html' : path));
  if (!name.startsWith(dist) || !existsSync(name)) return json(response, { title: 'Not found', status: 404 }, 404);
  response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream', 'content-security-policy': policy, 'x-content-type-options': 'nosniff' });
  createReadStream(name).pipe(response);
}

const routes = {
  '/api/dashboards': () => sales.dashboards(),
  '/api/pipeline': () => sales.pipeline(),
  '/api/quality': () => sales.quality(),
  '/api/sql': () => sales.sql(),
};

createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/api/changes') changes(request, response, (url.searchParams.get('views') ?? '').split(','));
  else if (routes[url.pathname]) json(response, routes[url.pathname]());
  else file(response, url.pathname);
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
