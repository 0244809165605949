// The first bundle: what a browser loads before the first page is asked for.
// It is an error above the limit of issue 3.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const limit = 300_000;
const root = new URL('../dist/app/', import.meta.url);
const html = await readFile(new URL('index.html', root), 'utf8');
const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((m) => m[1]));
const size = async (name) => gzipSync(await readFile(new URL(name, root)), { level: 9 }).length;
let total = 0;
for (const name of (await readdir(new URL('assets/', root))).sort()) {
  if (!/\.(js|css)$/.test(name)) continue;
  const bytes = await size(`assets/${name}`);
  if (first.has(`assets/${name}`)) total += bytes;
  if (bytes > 1500) console.log(`${first.has(`assets/${name}`) ? 'first' : 'later'} ${String(bytes).padStart(7)} B gzip  ${name}`);
}
console.log(`first bundle ${total} B gzip, limit ${limit} B`);
if (total > limit) process.exit(1);
