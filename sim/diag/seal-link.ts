import { TOOL_ADDRESSES } from '#protocol/index.ts'
import { type CarKeys, ToolSeal } from './car-keys.ts'
import { createLinkFrame } from '../gateway/browser.ts'
import type { Link, LinkFrame } from '../gateway/index.ts'

/**
 * From now on commands of tools that go out through a link have their tags, for a client that has no keys of its own; what has tags
 * already passes as it is. To a hub whose challenge was not heard yet (each says one every two seconds) a command goes untagged.
 * Throws Error without the tool's key.
 */
export function sealCommands(link: Link, keys: CarKeys): void {
  const seal = new ToolSeal(keys)
  const send = link.send.bind(link)
  link.onFrame((frame) => { if (!frame.error) seal.hear(frame) })
  link.send = (frame: LinkFrame): boolean => {
    if (frame.error || !TOOL_ADDRESSES.includes(frame.id & 0xff)) return send(frame)
    const copy = Object.assign(createLinkFrame(), { ...frame, data: frame.data.slice() })
    const tag = seal.seal(copy)
    const taken = send(copy)
    return taken && tag !== undefined ? send(Object.assign(createLinkFrame(), tag)) : taken
  }
}
