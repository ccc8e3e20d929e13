import type { Account } from './account.ts'
import type { Leases } from './leases.ts'
import { Ranking, wishRank } from './ranking.ts'
import { POWER_RULES, PRIORITY } from '../rules.ts'

const NEVER = -1

/** Who waits for current, in the order in which it is given. */
export class Wishes {
  private readonly leases: Leases
  private readonly waiting: Ranking
  /** By priority. */
  private readonly eldest: (Account | undefined)[]

  constructor(leases: Leases, accounts: readonly Account[]) {
    this.leases = leases
    this.waiting = new Ranking(accounts)
    this.eldest = []
    for (let priority = PRIORITY.safety as number; priority <= PRIORITY.idle; priority++) this.eldest.push(undefined)
  }

  any(): boolean {
    return this.waiting.first !== undefined
  }

  /** Another wish of a port, or the same again: then it keeps its place. It is to be tried. */
  make(account: Account, now_ms: number, run_mA: number, peak_mA: number, priority: number): void {
    if (!account.waiting || account.wishPriority !== priority) {
      this.withdraw(account)
      account.waiting = true
      account.since_ms = now_ms
      account.retry_ms = now_ms + POWER_RULES.patience_ms
      account.wishPriority = priority
      this.waiting.insert(account, wishRank(priority, now_ms))
      this.eldest[priority] = this.eldest[priority] ?? account
    }
    account.wishRun_mA = run_mA
    account.wishPeak_mA = peak_mA
    account.asked = true
    account.tried = NEVER
  }

  withdraw(account: Account): void {
    if (!account.waiting) return
    const priority = account.wishPriority
    const next = this.waiting.remove(account)
    if (this.eldest[priority] === account) {
      this.eldest[priority] = next !== undefined && next.account.wishPriority === priority ? next.account : undefined
    }
    account.waiting = false
  }

  /** It is to be tried again. */
  retry(account: Account): void {
    account.retry_ms = Infinity
    account.tried = NEVER
  }

  /** The first that was not tried since something changed. */
  untried(): Account | undefined {
    let place = this.waiting.first
    while (place !== undefined && place.account.tried === this.leases.changes) place = place.after
    return place === undefined ? undefined : place.account
  }

  /**
   * True when a wish that is granted `now_mA` at first would take what somebody before it waits for: at once where that is safety or
   * access and the wish is less, peak against peak, as no latch is to wait for one motor after another; else when it has waited for
   * too long. The eldest of each priority is protected so; the others are when it is their turn.
   */
  harmsElder(account: Account, now_ms: number, now_mA: number): boolean {
    for (let priority = 0; priority <= account.wishPriority; priority++) {
      const elder = this.eldest[priority]
      if (elder === undefined || elder === account) continue
      if (priority <= PRIORITY.access && priority < account.wishPriority) {
        if (this.competes(account, now_mA, elder, elder.wishPeak_mA)) return true
      } else if (now_ms - elder.since_ms < POWER_RULES.aged_ms) continue
      else if (this.competes(account, account.wishRun_mA, elder, elder.wishRun_mA)) return true
    }
    return false
  }

  /** True while safety or access waits that is more important than `priority`: nobody who runs already takes a new peak then. */
  urges(priority: number): boolean {
    if (priority > PRIORITY.access && this.eldest[PRIORITY.access] !== undefined) return true
    return priority > PRIORITY.safety && this.eldest[PRIORITY.safety] !== undefined
  }

  private competes(account: Account, now_mA: number, elder: Account, elderNow_mA: number): boolean {
    return this.leases.load.competes(
      account.hub, account.wishRun_mA - account.reservedRun_mA, now_mA - account.reserved_mA,
      elder.hub, elder.wishRun_mA - elder.reservedRun_mA, elderNow_mA - elder.reserved_mA,
    )
  }
}
