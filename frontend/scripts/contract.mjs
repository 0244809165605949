// Types of the API, from its contract: ../api/openapi.yaml is the only source.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const contract = process.env.CONTRACT ?? fileURLToPath(new URL('../../api/openapi.yaml', import.meta.url));
const out = new URL('../src/api/contract.d.ts', import.meta.url);
const types = `// Written by scripts/contract.mjs; do not edit.\n${astToString(await openapiTS(await readFile(contract, 'utf8')))}`;
const before = await readFile(out, 'utf8').catch(() => '');
if (before !== types) await writeFile(out, types);
