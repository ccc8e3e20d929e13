#!/usr/bin/env node
import { fileURLToPath } from 'node:url'

import { register } from 'tsx/esm/api'

// The sources are TypeScript and run as they are: no build step stands between a checkout and its command line.
// Compiled by our own rules wherever we are called from: a class field without a value is no field that holds undefined,
// which would make every number in it an object.
register({ tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)) })
await import(new URL('../main.ts', import.meta.url).href)
