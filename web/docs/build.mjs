// Puts the API documentation page's parts into dist/docs, from where they become the server's wwwroot/docs.
import { cp, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const parts = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const dist = path.join(here, '..', 'dist');
const out = path.join(dist, 'docs');
// the first of the builds: what is left of the last one goes
await rm(dist, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE']) await cp(path.join(parts, file), path.join(out, file));
for (const file of ['docs.js', 'docs.css']) await cp(path.join(here, file), path.join(out, file));
