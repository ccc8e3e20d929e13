import { createReadStream } from 'node:fs'
import { Failure, fileFailure } from './failure.ts'

/** Far more than any hub has room for. */
const MOST_BYTES = 16 << 20

/** The bytes of a firmware image. @throws Failure it cannot be read, or is longer than any image. */
export async function readImageFile(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk as Buffer)
  } catch (error) {
    throw fileFailure('read', path, error)
  }
  const image = Buffer.concat(chunks)
  if (image.length > MOST_BYTES) throw new Failure(`${path} is longer than any firmware image: build one with npx spine build`)
  return image
}
