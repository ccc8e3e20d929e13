import { COMPONENT_CLASS, type Switch, SWITCH_EDGE, SWITCH_PLUG, type SwitchEdge } from '#protocol/index.ts'
import { COMPONENT_FAULT, defineSilentComponent } from '../component.ts'
import type { ContextOf, Driver, DriverJob } from '../component.ts'
import { switchCodes } from './layout.ts'
import { SWITCH_PARAMETERS } from './parameters.ts'

/** What the driver believes of one contact. `ignored`: closed, but not to be obeyed until it has been open once. */
const CONTACT = { open: 0, pressed: 1, held: 2, ignored: 3 } as const

/**
 * Switches of one pack. Contacts are debounced by a timer that runs only while one bounces; a second timer runs only
 * while one is pressed. A contact that is closed when the driver starts is ignored until it has been open once, so that
 * a switch held through a reset starts nothing.
 */
class SwitchPackDriver implements Driver {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.switchPack>
  private readonly codes: Uint8Array
  private readonly contacts: Uint8Array
  private readonly pressed_ms: Float64Array
  /** Contacts that bounce: 1 = yes; when they began and when they last changed. */
  private readonly bouncing: Uint8Array
  private readonly bounceBegan_ms: Float64Array
  private readonly lastEdge_ms: Float64Array
  private bouncingCount: number
  private pressedCount: number
  /** Its resistor was seen: packs without one are not looked at. */
  private lined: boolean
  private unseen: boolean
  /** Contacts that are stuck: 1 = yes. */
  private readonly stuck: Uint8Array
  private readonly settleJob: DriverJob
  private readonly holdJob: DriverJob

  constructor(context: ContextOf<typeof COMPONENT_CLASS.switchPack>) {
    this.statusCount = 0
    this.context = context
    this.codes = switchCodes(context.descriptor.data.layout)
    const count = this.codes.length
    this.contacts = new Uint8Array(count)
    this.pressed_ms = new Float64Array(count)
    this.bouncing = new Uint8Array(count)
    this.bounceBegan_ms = new Float64Array(count)
    this.lastEdge_ms = new Float64Array(count)
    this.bouncingCount = 0
    this.pressedCount = 0
    this.lined = false
    this.unseen = false
    this.stuck = new Uint8Array(count)
    this.settleJob = context.job('contacts settle', () => this.settle())
    this.holdJob = context.job('holds', () => this.checkHolds())
    for (let i = 0; i < count; i++) this.contacts[i] = context.port.input(i) ? CONTACT.ignored : CONTACT.open
    context.port.onInput(channel => this.edge(channel))
  }

  moving(): boolean {
    return this.pressedCount > 0
  }

  /** Signal contacts that open look like switches that nobody presses; but then the resistor is gone, too. */
  inspect(): void {
    const seen = this.context.port.analog(SWITCH_PLUG.line) >= SWITCH_PLUG.connected
    this.unseen = this.lined && !seen
    this.lined = this.lined || seen
    this.tellFaults()
  }

  /** Unplugged while pressed: what was held ends. */
  dispose(): void {
    for (let i = 0; i < this.codes.length; i++) this.open(i, SWITCH_EDGE.released)
  }

  private edge(channel: number): void {
    if (!(channel >= 0 && channel < this.codes.length)) return
    const now_ms = this.context.hal.now()
    this.lastEdge_ms[channel] = now_ms
    if (this.bouncing[channel] === 0) {
      this.bouncing[channel] = 1
      this.bounceBegan_ms[channel] = now_ms
      this.bouncingCount = this.bouncingCount + 1
    }
    if (!this.settleJob.armed()) this.settleJob.startIn(SWITCH_PARAMETERS.debounce_ms)
  }

  private settle(): void {
    const now_ms = this.context.hal.now()
    for (let i = this.bouncing.indexOf(1); i >= 0; i = this.bouncing.indexOf(1, i + 1)) {
      if (now_ms - this.lastEdge_ms[i]! >= SWITCH_PARAMETERS.debounce_ms) {
        this.bouncing[i] = 0
        this.bouncingCount = this.bouncingCount - 1
        this.settled(i, this.context.port.input(i), now_ms)
      } else if (now_ms - this.bounceBegan_ms[i]! >= SWITCH_PARAMETERS.chatter_ms) {
        this.open(i, SWITCH_EDGE.stuck)
      }
    }
    if (this.bouncingCount > 0) this.settleJob.startIn(SWITCH_PARAMETERS.settlePoll_ms)
  }

  private settled(index: number, closed: boolean, now_ms: number): void {
    const contact = this.contacts[index]
    if (!closed) {
      this.open(index, SWITCH_EDGE.released)
      this.contacts[index] = CONTACT.open
      this.stuck[index] = 0
    } else if (contact === CONTACT.open) {
      this.contacts[index] = CONTACT.pressed
      this.pressed_ms[index] = now_ms
      this.pressedCount = this.pressedCount + 1
      this.holdJob.notLater(SWITCH_PARAMETERS.hold_ms)
      this.context.switchChanged(this.codes[index] as Switch, SWITCH_EDGE.pressed, 0)
    }
  }

  /** Ends a press, if there is one; the contact stays ignored until it settles open. */
  private open(index: number, edge: SwitchEdge): void {
    const contact = this.contacts[index]
    if (contact !== CONTACT.pressed && contact !== CONTACT.held) return
    this.contacts[index] = CONTACT.ignored
    if (edge === SWITCH_EDGE.stuck) this.stuck[index] = 1
    this.pressedCount = this.pressedCount - 1
    this.context.switchChanged(this.codes[index] as Switch, edge, this.context.hal.now() - this.pressed_ms[index]!)
  }

  private tellFaults(): void {
    this.context.faulty(COMPONENT_FAULT.sensor, this.unseen || this.stuck.indexOf(1) >= 0)
  }

  private checkHolds(): void {
    const now_ms = this.context.hal.now()
    let next_ms: number = SWITCH_PARAMETERS.stuck_ms
    for (let i = 0; i < this.codes.length; i++) {
      const duration_ms = now_ms - this.pressed_ms[i]!
      if (this.contacts[i] === CONTACT.pressed) {
        if (duration_ms >= SWITCH_PARAMETERS.hold_ms) {
          this.contacts[i] = CONTACT.held
          this.context.switchChanged(this.codes[i] as Switch, SWITCH_EDGE.held, duration_ms)
        } else next_ms = Math.min(next_ms, SWITCH_PARAMETERS.hold_ms - duration_ms)
      }
      if (this.contacts[i] === CONTACT.held) {
        if (duration_ms >= SWITCH_PARAMETERS.stuck_ms) this.open(i, SWITCH_EDGE.stuck)
        else next_ms = Math.min(next_ms, SWITCH_PARAMETERS.stuck_ms - duration_ms)
      }
    }
    this.holdJob.stop()
    if (this.pressedCount > 0) this.holdJob.startIn(Math.max(1, next_ms))
  }
}

export const switchPackEntry = defineSilentComponent({
  code: COMPONENT_CLASS.switchPack,
  create: context => new SwitchPackDriver(context),
})
