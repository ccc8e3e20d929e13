import { describe, expect, it } from 'vitest'
import { PORT_FAULT } from '#protocol/index.ts'
import { CAUSE, PortFault } from './port-fault.ts'

const { none, eFuse, overDescriptor, badDescriptor, noGrant, driver, bulb, motorUnknown, commandLost, staysOn, missing } = PORT_FAULT
const GRAVEST_FIRST = [
  [CAUSE.badDescriptor, badDescriptor], [CAUSE.eFuse, eFuse], [CAUSE.staysOn, staysOn],
  [CAUSE.overGrant, overDescriptor], [CAUSE.overIdle, overDescriptor],
  [CAUSE.noGrant, noGrant], [CAUSE.missing, missing], [CAUSE.driver, driver], [CAUSE.bulb, bulb],
  [CAUSE.motorUnknown, motorUnknown], [CAUSE.commandLost, commandLost],
] as const

/** A fault, and what was shown whenever it changed. */
function faulty() {
  const shown: number[] = []
  const fault: PortFault = new PortFault(() => shown.push(fault.code))
  return { fault, shown }
}

describe('the fault of a port', () => {
  it('is none at first', () => {
    expect(faulty().fault.code).toBe(none)
  })

  for (const [cause, code] of GRAVEST_FIRST) {
    it(`${code} is shown while it stands, and told once`, () => {
      const { fault, shown } = faulty()
      fault.set(cause, true)
      fault.set(cause, true)
      expect(fault.code).toBe(code)
      fault.set(cause, false)
      fault.set(cause, false)
      expect(shown).toEqual([code, none])
    })
  }

  it('is the gravest of several; what that hides comes out again when it is over', () => {
    const { fault, shown } = faulty()
    for (const [cause] of [...GRAVEST_FIRST].reverse()) fault.set(cause, true)
    for (const [cause] of GRAVEST_FIRST) fault.set(cause, false)
    expect(shown).toEqual([
      commandLost, motorUnknown, bulb, driver, missing, noGrant, overDescriptor, staysOn, eFuse, badDescriptor,
      eFuse, staysOn, overDescriptor, noGrant, missing, driver, bulb, motorUnknown, commandLost, none,
    ])
  })

  it('is not changed by what it hides', () => {
    const { fault, shown } = faulty()
    fault.set(CAUSE.eFuse, true)
    fault.set(CAUSE.commandLost, true)
    fault.set(CAUSE.commandLost, false)
    fault.set(CAUSE.eFuse, false)
    expect(shown).toEqual([eFuse, none])
  })

  it('goes with the component, all of it', () => {
    const { fault, shown } = faulty()
    fault.reset()
    fault.set(CAUSE.eFuse, true)
    fault.set(CAUSE.commandLost, true)
    fault.reset()
    expect([fault.code, shown]).toEqual([none, [eFuse, none]])
  })
})
