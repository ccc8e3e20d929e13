#!/usr/bin/env node
import { register } from 'tsx/esm/api'

// The sources are TypeScript and run as they are: no build step stands between a checkout and its command line.
register()
await import(new URL('../main.ts', import.meta.url).href)
