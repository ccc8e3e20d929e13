import { writeFileSync } from 'node:fs'
import { MESSAGES } from '../catalogue/index.ts'
import { assertCatalogue } from '../catalogue/validate.ts'
import { renderCodecs } from './codec-source.ts'
import { renderProto } from './proto.ts'

/** Writes what is generated from the catalogue and checked in. */
assertCatalogue(MESSAGES)
write('../messages.generated.ts', renderCodecs(MESSAGES))
write('../spine.proto', renderProto(MESSAGES))

function write(path: string, text: string): void {
  writeFileSync(new URL(path, import.meta.url), text)
}
