#!/usr/bin/env node
import { prepare, SourceError } from './prepare.js'

process.setSourceMapsEnabled(true)
try {
  await import(await prepare(process.argv[2]))
} catch (error) {
  if (!(error instanceof SourceError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
