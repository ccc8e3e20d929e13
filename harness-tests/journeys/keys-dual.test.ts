import { describe, expect } from 'vitest'
import { HUB_PORT, HUB_RECORD, NO_CLASS, saveRecord } from '#firmware/runtime/index.ts'
import { hubAddress, IGNITION, LOCATION } from '#protocol/index.ts'
import { SEDAN_DUAL } from '#sim/car/index.ts'
import { keyBytes } from '#sim/diag/index.ts'
import { journey } from '../kit/index.ts'
import { KEYS } from './keyed-car.ts'

const CUTS = [['spine.DASH', 'B.spine.RL'], ['B.spine.DASH', 'spine.RL'], ['drop.FL', 'B.drop.RR']] as const

describe('a car with keys and two spines', () => {
  journey.each(CUTS)('goes on when %s are cut while a window moves, and obeys nobody else', async (car, cuts) => {
    for (const host of car.car.hubs.values()) saveRecord(host.nvm, HUB_PORT, NO_CLASS, HUB_RECORD.keys, Uint8Array.from(keyBytes(KEYS)))
    car.car.boot()
    await car.run(5000)
    const glass_pct = (door: 'FL' | 'RR'): number => car.shows(`${door}.window`)['position_pct'] as number
    car.hold('DASH.windowFL.down')
    car.hold('DASH.windowRR.down')
    for (const cable of cuts) {
      const before = [glass_pct('FL'), glass_pct('RR')]
      car.car.cutCable(cable)
      await car.run(700)
      expect(glass_pct('FL')).toBeGreaterThan(before[0]! + 5)
      expect(glass_pct('RR')).toBeGreaterThan(before[1]! + 5)
    }
    car.release('DASH.windowFL.down')
    car.release('DASH.windowRR.down')
    await car.run(800)
    const stood = [glass_pct('FL'), glass_pct('RR')]
    for (let i = 0; i < 20; i++) {
      car.send('WindowCommand@FL', { action: 'up' }, { source: hubAddress(LOCATION.DASH) })
      car.send('VehicleState@ALL', { ignition: 'off', speed_kmh: 50, manager: 'active' }, { source: hubAddress(LOCATION.DASH) })
      await car.run(40)
    }
    expect([glass_pct('FL'), glass_pct('RR')]).toEqual(stood)
    for (const door of ['FL', 'RR'] as const) {
      const hub = car.car.hub(door).firmware!
      expect([hub.vehicle.ignition(), hub.vehicle.speed_kmh()]).toEqual([IGNITION.on, 0])
    }
  }, { topology: SEDAN_DUAL, unpowered: true })
})
