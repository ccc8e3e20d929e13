#!/usr/bin/env node
import { prepare } from './prepare.js'

process.setSourceMapsEnabled(true)
await import(await prepare())
