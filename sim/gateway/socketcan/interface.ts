import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** What the kernel says of a network interface; each is looked up when it is asked for. */
export interface InterfaceStatus {
  readonly exists: boolean
  readonly isCan: boolean
  /** Administratively up. */
  readonly up: boolean
  /** The controller takes part; a card has none in bus-off, a virtual interface always has one. */
  readonly carrier: boolean
  /** It carries CAN FD frames. */
  readonly fd: boolean
  /** Purely virtual (vcan, vxcan): no wire, nothing real moves. */
  readonly virtual: boolean
}

/** Where the kernel shows its interfaces; tests show others. */
export interface KernelView {
  status(name: string): InterfaceStatus
  /** Names of all CAN interfaces. */
  canInterfaces(): string[]
  hasCan(): boolean
  /** Frames the interface or its driver lost on reception since it exists: at least this many. */
  lost(name: string): number
  /** The receive filters that programs have on the interface, and how many frames the kernel handed through each. */
  filters(name: string, lists?: Iterable<string>): FilterRow[]
  /** The most frames that fit into the receive buffer of a socket. */
  socketFrames(): number
}

export interface FilterRow {
  /** The kernel's list that holds it. */
  readonly list: string
  readonly id: number
  readonly mask: number
  readonly matches: number
}

/** `type` of a CAN interface, ARPHRD_CAN in linux/if_arp.h. */
const TYPE_CAN = 280
const FLAG_UP = 1
/** MTU of an interface for FD frames, CANFD_MTU in linux/can.h. */
const MTU_FD = 72
/** Counters of `statistics` that mean a received frame was lost; drivers use one of them per event. */
const LOSSES = ['rx_over_errors', 'rx_fifo_errors', 'rx_missed_errors', 'rx_dropped'] as const
const FILTER_LISTS = ['rcvlist_fil', 'rcvlist_inv', 'rcvlist_sff', 'rcvlist_eff', 'rcvlist_all'] as const
/** No kernel charges a socket less memory for a frame (sk_buff and its head). */
const LEAST_FRAME_BYTES = 512

/** Reads sysfs and procfs below these folders. */
export function kernelView(sys = '/sys/class/net', proc = '/proc'): KernelView {
  const read = (...path: string[]): string => readText(join(sys, ...path))
  const isCan = (name: string): boolean => Number(read(name, 'type')) === TYPE_CAN
  return {
    status: name => ({
      get exists() { return isName(name) && existsSync(join(sys, name)) },
      get isCan() { return isName(name) && isCan(name) },
      get up() { return isName(name) && (Number(read(name, 'flags')) & FLAG_UP) !== 0 },
      get carrier() { return isName(name) && read(name, 'carrier') !== '0' },
      get fd() { return isName(name) && Number(read(name, 'mtu')) >= MTU_FD },
      get virtual() { return isVirtual(sys, name) },
    }),
    canInterfaces: () => (existsSync(sys) ? readdirSync(sys) : []).filter(isCan).sort(),
    hasCan: () => existsSync(join(proc, 'net', 'can')),
    lost: name => LOSSES.reduce((sum, counter) => sum + Number(read(name, 'statistics', counter)), 0),
    filters: (name, lists = FILTER_LISTS) => [...lists].flatMap(list => parseFilters(readText(join(proc, 'net', 'can', list)), name, list)),
    socketFrames: () => Math.ceil((Number(readText(join(proc, 'sys', 'net', 'core', 'rmem_default'))) || 212_992) / LEAST_FRAME_BYTES) + 1,
  }
}

/** Rows of one device in a list of `/proc/net/can`: `device can_id can_mask function userdata matches ident`. */
export function parseFilters(text: string, device: string, list: string): FilterRow[] {
  const rows: FilterRow[] = []
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/)
    if (columns.length < 7 || columns[0] !== device) continue
    rows.push({ list, id: parseInt(columns[1]!, 16), mask: parseInt(columns[2]!, 16), matches: Number(columns[5]) })
  }
  return rows
}

/** Why there can be no channel on the interface now, in one line; empty when there can. */
export function whyNot(view: KernelView, name: string): string {
  const status = view.status(name)
  if (status.exists && !status.isCan) return `${name} is no CAN interface`
  if (status.exists && !status.up) {
    return status.virtual ? `${name} is down: ip link set ${name} up` : `${name} is down: ip link set ${name} up type can bitrate 500000`
  }
  if (status.exists) return ''
  const there = view.canInterfaces()
  if (there.length > 0) return `there is no interface ${name}; there are ${there.join(', ')}`
  if (view.hasCan()) return `there is no interface ${name}, nor any other for CAN: ip link add dev vcan0 type vcan makes a virtual one`
  return `there is no interface ${name}, and the kernel has no CAN: modprobe can-raw, and the driver of the adapter (vcan for a virtual bus)`
}

/** An interface name as the kernel allows it; anything else is no path to read either. */
export function isName(name: string): boolean {
  return /^(?!\.\.?$)[^\s/:]{1,15}$/.test(name)
}

function isVirtual(sys: string, name: string): boolean {
  if (!/^v(x)?can/.test(name)) return false
  try {
    return realpathSync(join(sys, name)).includes('/virtual/')
  } catch {
    return false
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // An interface that just went away; `carrier` of one that is down answers EINVAL.
    return ''
  }
}
