import { type CodeOf, PORT_FAULT, type PortFault as PortFaultCode } from '#protocol/index.ts'
import { COMPONENT_FAULT } from '../components/index.ts'

/** What can be wrong at a port, the gravest first. Several things may be wrong at once. */
export const CAUSE = {
  badDescriptor: 0, notPaired: 1, eFuse: 2, staysOn: 3, overGrant: 4, overIdle: 5, noGrant: 6, missing: 7,
  driver: COMPONENT_FAULT.sensor, bulb: COMPONENT_FAULT.bulb, motorUnknown: COMPONENT_FAULT.motorUnknown, commandLost: 11,
} as const
export type Cause = CodeOf<typeof CAUSE>

/** `PORT_FAULT` by cause, down to the last. */
const CODES: readonly PortFaultCode[] = [
  PORT_FAULT.badDescriptor, PORT_FAULT.notPaired, PORT_FAULT.eFuse, PORT_FAULT.staysOn,
  PORT_FAULT.overDescriptor, PORT_FAULT.overDescriptor, PORT_FAULT.noGrant, PORT_FAULT.missing,
  PORT_FAULT.driver, PORT_FAULT.bulb, PORT_FAULT.motorUnknown, PORT_FAULT.commandLost,
]

/** The fault that a port shows: the gravest of those that stand. What it hides comes out again when the graver one is over. */
export class PortFault {
  code: PortFaultCode
  private standing: number
  private readonly changed: () => void

  /** `changed`: another fault is shown, or none any more. */
  constructor(changed: () => void) {
    this.code = PORT_FAULT.none
    this.standing = 0
    this.changed = changed
  }

  /** Something stands, or is over. */
  set(cause: Cause, stands: boolean): void {
    const bit = 1 << cause
    const standing = stands ? this.standing | bit : this.standing & ~bit
    if (standing !== this.standing) this.show(standing)
  }

  /** It stands, shown or hidden by a graver one. */
  stands(cause: Cause): boolean {
    return (this.standing & 1 << cause) !== 0
  }

  /** The component is gone, and all that was wrong with it. */
  reset(): void {
    this.show(0)
  }

  private show(standing: number): void {
    this.standing = standing
    let code: PortFaultCode = PORT_FAULT.none
    for (let cause: number = CAUSE.commandLost; cause >= 0; cause--) {
      if ((standing & 1 << cause) !== 0) code = CODES[cause]!
    }
    if (code === this.code) return
    this.code = code
    this.changed()
  }
}
