import { writeFileSync } from 'node:fs'
import { assertCatalogue, MESSAGES } from '../catalogue/index.ts'
import { renderCodecs } from './codec-source.ts'
import { renderProto } from './proto.ts'

/** Writes what is generated from the catalogue and checked in. */
assertCatalogue(MESSAGES)
write('../messages.generated.ts', renderCodecs(MESSAGES))
write('../spine.proto', renderProto(MESSAGES))

function write(path: string, text: string): void {
  writeFileSync(new URL(path, import.meta.url), text)
}
