import { MESSAGES } from '../catalogue/index.ts'
import { type DbcOptions, renderDbc } from './dbc.ts'
import { renderKcd } from './kcd.ts'
import { renderMarkdown } from './markdown.ts'
import { renderProto } from './proto.ts'
import { renderVss } from './vss.ts'

/** What the protocol can be exported as. */
export const EXPORT_FORMATS = ['dbc', 'kcd', 'proto', 'vss', 'markdown'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const RENDER: Record<ExportFormat, (rows: typeof MESSAGES, options: DbcOptions) => string> = {
  dbc: renderDbc, kcd: renderKcd, proto: renderProto, vss: renderVss, markdown: renderMarkdown,
}

/** The protocol as a file's text, computed from the catalogue. The options are those of DBC. */
export function exportProtocol(format: ExportFormat, options: DbcOptions = {}): string {
  return RENDER[format](MESSAGES, options)
}
export { renderCodecs } from './codec-source.ts'
export { STREAM_ENVELOPE_PROTO } from './stream-envelope.ts'
