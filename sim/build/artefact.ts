import { createHash } from 'node:crypto'

import type { CarPower } from '#firmware/hub/index.ts'
import { HUB_TYPE, type HubTypeName, IMAGE_ENGINE, packImage, versionText } from '#protocol/index.ts'
import { bundleHub, type Engine } from './bundle.ts'

/** The first line of an artefact, as JSON behind this, so that who writes it to a board sees what it is. */
const MARK = '//spine '

/** What an artefact says of itself. */
export interface ArtefactHead {
  readonly hub: HubTypeName
  readonly engine: Engine
  readonly version: string
  /** SHA-256 of all that follows the first line, hexadecimal. */
  readonly sha256: string
}

export interface Artefact extends ArtefactHead {
  readonly text: string
  readonly bytes: number
  /** `text` behind the header of `protocol/image.ts`: what goes over the bus and into an area of flash. */
  readonly image: Uint8Array
  /** Source map of `text`. */
  readonly map: string
  /** Bytes of each source in it. */
  readonly modules: Readonly<Record<string, number>>
}

/**
 * Builds the firmware of a hub type for an engine, into a car with this power; `version` is an `imageVersion`. The same sources and
 * version give the same bytes.
 * @throws BuildRefusal what the engine cannot do.
 */
export async function buildHub(hub: HubTypeName, engine: Engine, version: number, power: CarPower | undefined): Promise<Artefact> {
  const { code, map, modules } = await bundleHub(hub, engine, power)
  const head: ArtefactHead = { hub, engine, version: versionText(version), sha256: createHash('sha256').update(code).digest('hex') }
  const text = `${MARK}${JSON.stringify(head)}\n${code}`
  const image = packImage(HUB_TYPE[hub], IMAGE_ENGINE[engine], version, new TextEncoder().encode(text))
  return { ...head, text, bytes: Buffer.byteLength(text), image, map: below(map, head.sha256), modules }
}

/** What an artefact says of itself; undefined: it is none. */
export function headOf(text: string): ArtefactHead | undefined {
  try {
    return text.startsWith(MARK) ? JSON.parse(text.slice(MARK.length, text.indexOf('\n'))) as ArtefactHead : undefined
  } catch {
    return undefined
  }
}

/** The map of a text with a line more at its head, which says whose it is. */
function below(map: string, sha256: string): string {
  const read = JSON.parse(map) as { mappings: string }
  return JSON.stringify({ ...read, x_sha256: sha256, mappings: `;${read.mappings}` })
}
