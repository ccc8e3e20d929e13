import type { Link, LinkOptions } from '../link.ts'
import { LinkUriError, type LinkUri } from '../uri.ts'
import { FileRecorder } from './file-recorder.ts'
import { FileReplay } from './file-replay.ts'
import { isReadable, isWritable, LOG_FORMATS, logFormatOf } from '../logs/index.ts'

/** `file:PATH`, to be replayed; with `as=record`, to be written anew. */
export function createFileLink(uri: LinkUri, options: LinkOptions): Link {
  const path = uri.target
  if (path === '') throw new LinkUriError(`"${uri.text}": the name of a file must follow, such as file:drive.log`)
  const format = logFormatOf(path)
  if (!format) {
    const endings = LOG_FORMATS.flatMap(({ name, endings }) => endings.map(ending => `${ending} (${name})`)).join(', ')
    throw new LinkUriError(`"${uri.text}": a log's kind is told by its ending: ${endings}`)
  }
  const record = uri.words.get('as') === 'record'
  if (record && isWritable(format)) return new FileRecorder(uri, options, path, format)
  if (!record && isReadable(format)) return new FileReplay(uri, options, path, format)
  throw new LinkUriError(`"${uri.text}": ${format.name} logs are only ${record ? 'read' : 'written'}`)
}
