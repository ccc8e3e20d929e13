import { WINDOW_ACTION } from '#protocol/index.ts'
import { WindowControl, WindowMotor } from '../components/window/index.ts'
import { MOTOR_DATA } from './descriptors.ts'

const SUPPLY_V = 13.5

/** The control of a learned window, 65 % open, so far that closing needs no back-off, with a glass that a test moves as it likes. */
export interface ControlRig {
  readonly control: WindowControl
  /** Gives a command; returns whether it was accepted. */
  order(action: keyof typeof WINDOW_ACTION, position_pct?: number): boolean
  /** Which way the motor is driven. */
  way(): number
  /** Time passes in ticks of 10 ms; the glass goes so many pulses each, the way it is driven, and the motor draws so much. */
  pass(duration_ms: number, pulses?: number, winding_A?: number): void
  /** The guard of a closing finds a hand. */
  meet(): void
  /** A closing that begins with a back-off comes to its way up. */
  backOff(): void
}

export function controlRig(): ControlRig {
  const control = new WindowControl(950, new WindowMotor(MOTOR_DATA), 8, 20)
  const { inputs, position, closing } = control
  Object.assign(inputs, { now_ms: 5000, count: 613, supply_V: SUPPLY_V, plug_V: SUPPLY_V, acceleration_m_s2: 0, mayClose: true, fed: true })
  position.reference(0, 0)
  position.measure(950)
  let hand = false
  closing.update = () => hand
  const way = (): number => Math.sign(control.duty)
  const pass = (duration_ms: number, pulses = 0, winding_A = 5): void => {
    const end_ms = inputs.now_ms + duration_ms
    while (inputs.now_ms < end_ms) {
      inputs.now_ms += Math.min(10, end_ms - inputs.now_ms)
      inputs.count += pulses * way()
      inputs.taken_ms = inputs.now_ms
      inputs.port_A = winding_A * Math.abs(control.duty)
      // A motor that stands has at its plug what drives that current through it.
      const stands = pulses === 0 && control.duty !== 0
      inputs.plug_V = stands ? Math.min(SUPPLY_V, MOTOR_DATA.winding_ohm * winding_A / Math.abs(control.duty)) : SUPPLY_V
      control.step()
    }
  }
  return {
    control, way, pass,
    order: (action, position_pct = NaN) => control.command(WINDOW_ACTION[action], position_pct),
    meet: () => {
      hand = true
      pass(10, 2)
      hand = false
    },
    backOff: () => {
      for (let t_ms = 0; t_ms < 1000 && way() >= 0; t_ms += 10) pass(10, 2)
    },
  }
}
