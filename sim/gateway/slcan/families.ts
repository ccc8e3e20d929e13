/**
 * What an adapter's firmware makes of a line that another program, killed in the middle of it, left behind, differs:
 *
 * | firmware | line buffer, bytes | byte too many | an unfinished frame and our filler | empty line |
 * |---|---|---|---|---|
 * | LAWICEL CAN232, CANUSB (manual) | ? | ? | refused | answered |
 * | USBtin | 100 | overwrites the last | refused, but what lacks only its CR is sent | refused |
 * | CANtact, canable-fw before 2021 | 30 | memory is overwritten | what has its length is sent | repeats the last command |
 * | canable-fw | 30 | starts the line anew | forgotten | repeats the last command |
 * | canable2-fw | 155 | starts the line anew | forgotten, if all 155 are filled | repeats the last command |
 * | canable2-fw of Nakakiyo092, CANable 2.5 | 165 | starts the line anew | refused | answered |
 * | WeAct USB2CANFD | 142 | starts the line anew | refused | refused |
 * | esp32-slcan (mintynet), slcanuino | 32, 33 | throws the line away | forgotten | refused |
 * | arduino-canbus-monitor | 27 | the line is ignored | ignored; lines that arrive together are one | ignored |
 * | ESP32RET as SLCAN | 79 | overwrites the last | a setting, because of the `=` | ignored |
 * | ESP32-SLCAN | 64 | nothing is taken any more | what has its length is sent | refused |
 *
 * Sources with commits: ../testing/slcan-families.ts. So the filler is as long as canable-fw's buffer, which harms none of
 * them, and longer only for what says by its USB identifiers that it is a CANable 2.
 */
export const LINE_BUFFER_BYTES = 30

/** Line buffers by USB vendor and product, where they are longer and an unfinished line does harm. */
export const USB_LINE_BUFFER_BYTES: Readonly<Record<string, number>> = { '16d0:117e': 155 }

/**
 * Firmwares without `L`, which listen after `M1` and `O`, by what they say to `V`. Others take `M` for a filter: on those
 * `M1` and `O` would open like ever.
 */
const LISTENS_BY_MODE: readonly { readonly version: RegExp, readonly caution: string }[] = [
  { version: /^\+Board:|^WeAct Studio/, caution: '' },
  {
    version: /normaldotcom\/canable|canable2?-fw/i,
    caution: 'canable-fw and canable2-fw, as published, forget that they shall only listen: this adapter may acknowledge what it hears',
  },
]

export interface OpenCommands {
  /** In order; the last opens the channel. */
  readonly commands: readonly string[]
  /** One line for people on what they cannot rely on; empty: nothing. */
  readonly caution: string
}

/** How a firmware with this version opens its channel. The mode outlives a close: it is always set. */
export function openCommands(version: string, listenOnly: boolean): OpenCommands {
  const family = LISTENS_BY_MODE.find(row => row.version.test(version))
  if (family === undefined) return { commands: [listenOnly ? 'L' : 'O'], caution: '' }
  return { commands: [listenOnly ? 'M1' : 'M0', 'O'], caution: listenOnly ? family.caution : '' }
}

/**
 * A line that no firmware knows, longer than any frame and with no hexadecimal digit: what was left in front of it is no
 * frame any more, or is pushed out of the line buffer. The `=` makes it a setting for ESP32RET, and an unknown one.
 */
export function fillerLine(lineBuffer: number): string {
  return '~=~'.padEnd(lineBuffer, '~')
}
