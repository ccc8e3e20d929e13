import {
  type CodeOf, COMPONENT_CLASS, IGNITION, WINDOW_ACTION, WINDOW_PLUG, type WindowAction, WindowCommandDecoder,
  type WindowCommandValues, WindowStatusEncoder, type WindowStatusValues,
} from '#protocol/index.ts'
import { COMPONENT_FAULT, defineComponent } from '../component.ts'
import type { CommandedDriver, CommandRank, ContextOf, DriverJob } from '../component.ts'
import { WindowControl } from './control.ts'
import { GUARDING } from './inputs.ts'
import type { Guarding } from './inputs.ts'
import { rotorImage, rotorOf } from './load.ts'
import { WindowMotor } from './motor.ts'
import { WINDOW_PARAMETERS } from './parameters.ts'
import { PHASE } from './phase.ts'
import type { Phase } from './phase.ts'
import { decodeWindowRecord, encodeWindowRecord, plausible } from './position.ts'
import { Punctuality } from './punctuality.ts'

/** NVM key of the port that holds the travel and the position. */
export const WINDOW_RECORD_KEY = 0
/** NVM key of the learned friction. */
export const WINDOW_FRICTION_KEY = 1
/** NVM key of the learned inertia of the rotor. */
export const WINDOW_ROTOR_KEY = 2
/** Beyond what is needed, when more has to be asked for: so that it is asked for seldom. */
const MORE_A = 1
/** An inertia that differs from the stored one by less is not worth a write: so much it scatters from opening to opening. */
const ROTOR_STEP = 0.1
const WISH = { lost: -1, nothing: 0, comfort: 1, safety: 2 } as const
type Wish = CodeOf<typeof WISH>

/** A window on its port: feeds `WindowControl` with what the port reads and does what it says. */
export class WindowDriver implements CommandedDriver<WindowCommandValues, WindowStatusValues> {
  readonly statusCount: number
  private readonly context: ContextOf<typeof COMPONENT_CLASS.window>
  private readonly motor: WindowMotor
  private readonly control: WindowControl
  private readonly punctuality: Punctuality
  private readonly followJob: DriverJob
  private wish: Wish
  private asking: boolean
  private asked_A: number
  private fed: boolean
  private shown: number
  private blind: boolean
  private output: number
  private outputPhase: Phase
  /** When the board was last told to go on with a closing; NaN: it is told nothing of the kind. */
  private renewed_ms: number
  private ticking: boolean
  /** Its records are not read yet. */
  private unread: boolean
  private storedPosition: boolean
  /** Inertia in the record. */
  private storedRotor: number
  /** The last command that was accepted. */
  private action: WindowAction

  constructor(context: ContextOf<typeof COMPONENT_CLASS.window>) {
    const data = context.descriptor.data
    this.statusCount = 1
    this.context = context
    this.motor = new WindowMotor(data)
    this.control = new WindowControl(data.travel_pulses, this.motor, context.descriptor.run_A, data.stall_A)
    this.punctuality = new Punctuality(context.hal.gap_ms)
    this.followJob = context.job('window', () => this.follow())
    this.wish = WISH.nothing
    // Stryker disable next-line BooleanLiteral: set with every wish, and nothing looks at it before the first
    this.asking = false
    this.asked_A = 0
    this.fed = false
    this.shown = NaN
    this.blind = false
    this.output = 0
    this.outputPhase = PHASE.rest
    this.renewed_ms = NaN
    this.ticking = false
    this.storedPosition = false
    this.storedRotor = this.control.closing.guard.load.inertia()
    this.action = WINDOW_ACTION.stop
    context.faulty(COMPONENT_FAULT.motorUnknown, !this.motor.rated)
    this.takeMeans()
    this.unread = true
    this.followJob.startIn(0)
  }

  command(values: WindowCommandValues, _sender: number): boolean {
    this.sense()
    const accepted = this.control.command(values.action, values.position_pct)
    if (accepted) this.action = values.action
    // What moves stops, brakes or turns round now; what rests waits for power anyway.
    if (accepted && !this.ticking) this.followJob.startIn(0)
    else this.act()
    return accepted
  }

  /** Who holds it open is not pinched by who closes it. */
  rank(values: WindowCommandValues): CommandRank {
    return this.control.rank(values.action, values.position_pct)
  }

  /** Dead man's handle: nobody holds `up` or `down` any more. */
  released(): void {
    this.sense()
    this.control.released()
    this.act()
  }

  /** Somebody holds it open all the while, and was not heard, or not obeyed: it closes no further. */
  outranked(): void {
    this.sense()
    this.control.outranked()
    this.act()
  }

  tick(): void {
    if (this.context.hal.now() - this.control.inputs.taken_ms >= WINDOW_PARAMETERS.means_ms) this.takeMeans()
    this.sense()
    this.control.step()
    // What is late ends the closing first, and is no place to close from afterwards.
    if (this.punctuality.look(this.control.inputs.now_ms)) this.context.tickLate()
    this.act()
  }

  status(values: WindowStatusValues, _index: number): void {
    const control = this.control
    this.sense()
    values.position_pct = control.position.percent(control.inputs.count)
    values.state = control.state()
    values.pinch = control.pinched ? 1 : 0
    values.thermal = control.thermal() ? 1 : 0
    values.learned = control.position.known() ? 1 : 0
    values.fault = control.fault ? 1 : 0
  }

  moving(): boolean {
    return this.control.phase !== PHASE.rest && this.control.phase !== PHASE.probing
  }

  powerChanged(granted: boolean): void {
    this.fed = granted
    // What comes of asking is seen to there.
    if (this.asking || !this.ticking) return
    if (granted) {
      this.followJob.startIn(0)
      return
    }
    // What was taken away is asked for again or given up.
    this.wish = WISH.lost
    this.tick()
  }

  vehicleChanged(): void {
    if (this.ticking) this.tick()
  }

  dispose(): void {
    this.context.port.drive(WINDOW_PLUG.motor, 0)
    this.context.tick(0)
    this.ticking = false
    this.context.power.release()
  }

  /** What follows of being plugged in, of a command to a window that rests, and of a grant, in a callback of its own: each takes long. */
  private follow(): void {
    if (this.unread) this.load()
    else if (this.ticking) this.tick()
    else this.act()
  }

  /** What is stored counts only for the window it was learned on. */
  private load(): void {
    this.unread = false
    const rotor = rotorOf(this.context.load(WINDOW_ROTOR_KEY), this.context.descriptor.serial)
    if (rotor > 0) {
      this.control.closing.guard.load.takeInertia(rotor)
      this.storedRotor = rotor
    }
    const record = decodeWindowRecord(this.context.load(WINDOW_RECORD_KEY))
    if (record === undefined || record.serial !== this.context.descriptor.serial) return
    const position = this.control.position
    if (!plausible(record.travel_pulses, position.travel_pulses)) return
    position.measure(record.travel_pulses)
    this.control.profile.decode(this.context.load(WINDOW_FRICTION_KEY))
    position.reference(this.context.port.pulses(WINDOW_PLUG.hall), record.position_pulses)
    this.storedPosition = position.known()
  }

  private sense(): void {
    if (this.unread) this.load()
    const inputs = this.control.inputs
    const port = this.context.port
    // The time after the counter: until then none of its pulses is missed, also when the processor is held up in between.
    inputs.count = port.pulses(WINDOW_PLUG.hall)
    inputs.now_ms = this.context.hal.now()
    inputs.limit_A = this.context.power.limit_A()
    inputs.supply_V = this.context.hal.supply_V()
    inputs.temperature_C = this.context.hal.temperature_C()
    inputs.guarding = this.guarding()
    inputs.mayClose = this.context.vehicle.ignition() >= IGNITION.on
    inputs.fed = this.fed
    const unseen_ms = inputs.now_ms - this.renewed_ms
    inputs.dropped = unseen_ms >= port.hold_ms() || (unseen_ms > WINDOW_PARAMETERS.gapMost_ms && this.action !== WINDOW_ACTION.up)
  }

  /** Ends an interval of means; a board that takes none gives what it reads now. */
  private takeMeans(): void {
    const inputs = this.control.inputs
    const port = this.context.port
    const mean_A = this.context.power.takeMeans()
    const plug_V = port.meanPlug_V()
    inputs.taken_ms = this.context.hal.now()
    inputs.port_A = isNaN(mean_A) ? port.current_A() : mean_A
    inputs.plug_V = isNaN(plug_V) ? this.context.hal.supply_V() : plug_V
    inputs.acceleration_m_s2 = this.context.hal.acceleration_m_s2()
  }

  private guarding(): Guarding {
    if (!this.motor.rated) return GUARDING.motorUnknown
    const port = this.context.port
    if (isNaN(port.mean_A()) || isNaN(port.meanPlug_V()) || port.hold_ms() > WINDOW_PARAMETERS.holdMost_ms || !this.punctuality.kept) {
      return GUARDING.noMeans
    }
    const drives = this.context.vehicle.speed_kmh() >= WINDOW_PARAMETERS.driving_kmh
    return drives && isNaN(this.control.inputs.acceleration_m_s2) ? GUARDING.roadUnseen : GUARDING.able
  }

  /** Does what the control decided: power first, then the motor, then what others are told. */
  private act(): void {
    this.ask()
    this.control.inputs.fed = this.fed
    this.control.powered()
    this.keep()
    this.drive()
    const ticking = this.control.phase !== PHASE.rest
    if (ticking !== this.ticking) {
      this.ticking = ticking
      if (!ticking) this.punctuality.rest()
      this.context.tick(ticking ? WINDOW_PARAMETERS.tick_ms : 0)
    }
    this.show()
  }

  /** The descriptor's run current is that of a new window at room temperature: cold and worn seals take more. */
  private ask(): void {
    const control = this.control
    const wish = !control.needsPower() ? WISH.nothing : control.reversing() ? WISH.safety : WISH.comfort
    const descriptor = this.context.descriptor
    const needs_A = Math.min(control.needs_A(), descriptor.peak_A)
    const more = wish === this.wish
    if (more && needs_A <= this.asked_A) return
    this.wish = wish
    this.asking = true
    if (wish === WISH.nothing) {
      this.drive()
      this.context.power.release()
    } else {
      const priority = wish === WISH.safety ? WINDOW_PARAMETERS.safetyPriority : WINDOW_PARAMETERS.comfortPriority
      this.asked_A = Math.max(descriptor.run_A, Math.min(Math.ceil(more ? needs_A + MORE_A : needs_A), descriptor.peak_A))
      const opens = this.action === WINDOW_ACTION.down || this.action === WINDOW_ACTION.autoDown
      // A motor that turns already starts no more: its peak would keep others waiting.
      const peak_A = more && control.phase === PHASE.running ? this.asked_A : descriptor.peak_A
      this.context.power.want(this.asked_A, peak_A, WINDOW_PARAMETERS.lease_ms, priority, opens)
    }
    this.asking = false
  }

  /** While the glass moves the stored position is not true, so it is marked before and written after. */
  private keep(): void {
    const control = this.control
    if (control.moves() && this.storedPosition) {
      this.storedPosition = false
      this.save(NaN)
    } else if (control.phase === PHASE.rest && !this.storedPosition && control.position.known()) {
      this.storedPosition = true
      this.save(control.position.pulses(control.inputs.count))
      this.keepFriction()
      this.keepRotor()
    }
  }

  /** What the last opening taught, seldom. */
  private keepRotor(): void {
    const rotor = this.control.closing.guard.load.inertia()
    if (Math.abs(rotor - this.storedRotor) < ROTOR_STEP) return
    this.storedRotor = rotor
    this.context.save(WINDOW_ROTOR_KEY, rotorImage(this.context.descriptor.serial, rotor))
  }

  /** What the last closing taught. */
  private keepFriction(): void {
    const profile = this.control.profile
    if (!profile.changed) return
    profile.changed = false
    this.context.save(WINDOW_FRICTION_KEY, profile.encode())
  }

  private save(position_pulses: number): void {
    this.context.save(WINDOW_RECORD_KEY, encodeWindowRecord({
      serial: this.context.descriptor.serial,
      travel_pulses: this.control.position.travel_pulses,
      position_pulses: position_pulses,
    }))
  }

  private drive(): void {
    const phase = this.control.phase
    const braking = phase === PHASE.braking
    const duty = this.control.duty
    // The means of an interval are those of one duty.
    if (phase !== this.outputPhase) this.takeMeans()
    if (braking) {
      if (this.outputPhase !== PHASE.braking) this.context.port.brake(WINDOW_PLUG.motor)
    } else if (duty < 0) this.renew(duty)
    else if (duty !== this.output || this.outputPhase === PHASE.braking) this.context.port.drive(WINDOW_PLUG.motor, duty)
    if (!(duty < 0)) this.renewed_ms = NaN
    // The eFuse follows what closing may take here; it works while this processor is busy. Told anew each time: it ends with a grant.
    this.context.power.bound(this.control.bound_A())
    this.output = braking ? 0 : duty
    this.outputPhase = phase
  }

  /** Goes on with a closing. What the board has ended stays ended until a tick has looked. */
  private renew(duty: number): void {
    const inputs = this.control.inputs
    if (inputs.dropped) return
    this.renewed_ms = inputs.now_ms
    this.context.port.driveWatched(WINDOW_PLUG.motor, duty)
  }

  /** Reports when what is shown changed, but for the position, which the period takes care of. */
  private show(): void {
    const control = this.control
    if (control.blind() !== this.blind) {
      this.blind = control.blind()
      this.context.faulty(COMPONENT_FAULT.sensor, this.blind)
    }
    const shown = control.state() | (control.pinched ? 16 : 0) | (control.fault ? 32 : 0) | (control.thermal() ? 64 : 0)
      | (control.position.known() ? 128 : 0)
    if (shown === this.shown) return
    if (control.pinched && (this.shown & 16) === 0) this.context.pinched()
    this.shown = shown
    this.context.statusChanged(0)
  }
}

export const windowEntry = defineComponent({
  code: COMPONENT_CLASS.window,
  command: WindowCommandDecoder,
  status: WindowStatusEncoder,
  create: context => new WindowDriver(context),
})
