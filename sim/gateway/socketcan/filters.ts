import { LinkUriError } from '../uri.ts'
import { EXTENDED_FLAG, type KernelFilter } from './raw-channel.ts'

/** The kernel takes no more of them (CAN_RAW_FILTER_MAX). */
const FILTERS_MOST = 512

/**
 * Receive filters as candump writes them: `id:mask` in hexadecimal, separated by commas; eight digits mean a 29-bit
 * identifier, up to three an 11-bit one. A frame passes when it passes one of them. Throws LinkUriError.
 */
export function parseFilters(uri: string, text: string | undefined): KernelFilter[] {
  if (text === undefined) return []
  const filters = text.split(',').map((part) => {
    const match = /^(?:([0-9a-f]{8})|([0-9a-f]{1,3})):([0-9a-f]{1,8})$/i.exec(part)
    if (!match) throw new LinkUriError(`"${uri}": "${part}" is no filter id:mask such as 18FF8000:1FFFF000 or 123:7FF`)
    const [, long, short, maskText] = match
    const highest = long === undefined ? 0x7ff : 0x1fff_ffff
    const id = parseInt(long! ?? short!, 16)
    const mask = parseInt(maskText!, 16)
    if (id > highest) throw new LinkUriError(`"${uri}": the filter "${part}" has an identifier above ${highest.toString(16).toUpperCase()}`)
    const flag = long === undefined ? 0 : EXTENDED_FLAG
    return { id: (id & mask | flag) >>> 0, mask: (mask & highest | EXTENDED_FLAG) >>> 0 }
  })
  if (filters.length > FILTERS_MOST) throw new LinkUriError(`"${uri}": ${filters.length} filters, the kernel takes ${FILTERS_MOST}`)
  return filters
}
