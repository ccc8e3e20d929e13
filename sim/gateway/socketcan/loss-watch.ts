import type { FilterRow, KernelView } from './interface.ts'
import type { KernelFilter } from './raw-channel.ts'

const LABEL_BITS = 29
/** Looks without any change after which nothing can be on its way any more. */
const QUIET_LOOKS = 3

/**
 * Sees what got lost between the bus and us, although the socket's own overflow count (SO_RXQ_OVFL) is out of reach:
 * - the driver's counters of frames that the card or the kernel had no room for;
 * - frames that the kernel handed to our socket (`matches` in /proc/net/can/rcvlist_*) against frames that came out of it.
 *   Our rows are known by their mask: without filters of its own the socket takes everything by two filters that split
 *   the identifiers by a bit that no other program uses as a mask.
 * Under way, as many frames as fit into the socket may still be to come, so the count is a lower bound; when nothing
 * moves it is exact.
 */
export class LossWatch {
  /** What the socket must be given as receive filters. */
  readonly filters: readonly KernelFilter[]
  private readonly view: KernelView
  private readonly name: string
  private readonly pendingMost: number
  private readonly countable: boolean
  private driverLost: number
  private overflowsTold = 0
  private lostInDriver = 0
  private lostInSocket = 0
  private lastHanded = -1
  private lastSeen = -1
  private quietLooks = 0
  /** Where our filters were found; the kernel takes time to print the others. */
  private lists: ReadonlySet<string> | undefined

  constructor(view: KernelView, name: string, wanted: readonly KernelFilter[]) {
    this.view = view
    this.name = name
    this.pendingMost = view.socketFrames()
    this.driverLost = view.lost(name)
    const rows = view.filters(name)
    this.filters = wanted.length > 0 ? wanted : labelFilters(rows)
    this.countable = areDisjoint(this.filters) && !this.filters.some(filter => filter.mask === 0 || rows.some(row => isRowOf(filter, row)))
  }

  /** Frames lost since it was made: at least this many. */
  get lost(): number {
    return Math.max(this.lostInDriver, this.overflowsTold) + this.lostInSocket
  }

  /** The controller said in an error frame that it lost something. */
  tellOverflow(): void {
    this.overflowsTold++
  }

  /**
   * Looks again. `seen`: data frames that came out of the socket; `onTime`: the event loop did not stall before this
   * look, so whatever the socket held has had time to come out of it.
   */
  look(seen: number, onTime: boolean): void {
    const driverLost = this.view.lost(this.name)
    // A driver that was loaded anew counts from zero.
    this.lostInDriver += driverLost >= this.driverLost ? driverLost - this.driverLost : driverLost
    this.driverLost = driverLost
    const handed = this.handed()
    const still = onTime && handed === this.lastHanded && seen === this.lastSeen
    this.quietLooks = still ? this.quietLooks + 1 : 0
    this.lastHanded = handed
    this.lastSeen = seen
    this.count(handed - seen - (this.quietLooks >= QUIET_LOOKS ? 0 : this.pendingMost))
  }

  /** The socket is dead: what it still held is lost too. */
  finish(seen: number): void {
    this.look(seen, false)
    this.count(this.lastHanded - seen)
  }

  private count(lost: number): void {
    if (lost > this.lostInSocket) this.lostInSocket = lost
  }

  /** Frames the kernel handed to the socket; what it said last, while the rows are gone or somebody else has the same. */
  private handed(): number {
    if (!this.countable) return -1
    const rows = this.view.filters(this.name, this.lists).filter(row => this.filters.some(filter => isRowOf(filter, row)))
    if (rows.length !== this.filters.length) return this.lastHanded
    this.lists ??= new Set(rows.map(row => row.list))
    return rows.reduce((sum, row) => sum + row.matches, 0)
  }
}

/** Two filters that take everything, with a mask that no row on the interface has; none when all are in use. */
function labelFilters(rows: readonly FilterRow[]): KernelFilter[] {
  for (let bit = LABEL_BITS - 1; bit >= 0; bit--) {
    const mask = 1 << bit >>> 0
    if (!rows.some(row => row.mask === mask)) return [{ id: 0, mask }, { id: mask, mask }]
  }
  return [{ id: 0, mask: 0 }]
}

function isRowOf(filter: KernelFilter, row: FilterRow): boolean {
  return row.mask === filter.mask && row.id === (filter.id & filter.mask) >>> 0
}

/** Whether no frame passes two of them: the kernel counts a match for each. */
function areDisjoint(filters: readonly KernelFilter[]): boolean {
  return filters.every((a, i) => a.invert !== true && filters.every((b, j) => i === j || ((a.id ^ b.id) & a.mask & b.mask) !== 0))
}
