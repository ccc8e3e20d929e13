import { MESSAGES } from '../catalogue/index.ts'
import { type DbcOptions, renderDbc } from './dbc.ts'
import { renderKcd } from './kcd.ts'
import { renderMarkdown } from './markdown.ts'
import { renderOdx } from './odx.ts'
import { renderProto } from './proto.ts'
import { renderUdsMarkdown } from './uds-markdown.ts'
import { renderVss } from './vss.ts'

/** What the protocol can be exported as. */
export const EXPORT_FORMATS = ['dbc', 'kcd', 'proto', 'vss', 'markdown', 'odx', 'uds-markdown'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const RENDER: Record<ExportFormat, (rows: typeof MESSAGES, options: DbcOptions) => string> = {
  dbc: renderDbc, kcd: renderKcd, proto: renderProto, vss: renderVss, markdown: renderMarkdown, odx: renderOdx, 'uds-markdown': renderUdsMarkdown,
}

/** The protocol as a file's text, computed from the catalogue. The options are those of DBC. */
export function exportProtocol(format: ExportFormat, options: DbcOptions = {}): string {
  return RENDER[format](MESSAGES, options)
}
export { renderPdx } from './pdx.ts'
export { renderCodecs } from './codec-source.ts'
export { STREAM_ENVELOPE_PROTO } from './stream-envelope.ts'
