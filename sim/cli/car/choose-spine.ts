import { usage } from '../lib/failure.ts'

const SPINES: readonly string[] = ['A', 'B']
/** `?bus=A` or `?bus=B` among a link's options; other values are the link's own. */
const CHOICE = /([?&])bus=([AB])(&|$)/

/** What a link of a car is to be on: one spine, if it says so, otherwise all that there are as one. Throws a usage error. */
export function chooseSpine(uri: string, spines: number): { readonly uri: string, readonly bus: number | undefined } {
  const match = CHOICE.exec(uri)
  if (match === null) return { uri, bus: undefined }
  const bus = SPINES.indexOf(match[2]!)
  if (bus >= spines) throw usage(`"${uri}": this car has no spine ${match[2]}; --car sedan-dual has two`)
  const rest = uri.replace(CHOICE, (_text, before: string, _bus, after: string) => after === '&' ? before : '')
  return { uri: rest, bus }
}
