import { describe, expect, it } from 'vitest'
import { encodeMessage, decodeFrame, parseTarget, type DecodedMessage } from '../messages/index.ts'
import type { GivenOf, Target } from '../catalogue/index.ts'
import { exportProtocol } from '../export/index.ts'
import { VSS_SIGNALS, vssOf } from './index.ts'

function told<To extends Target>(target: To, values: GivenOf<To>): ReturnType<typeof vssOf> {
  return vssOf(decodeFrame(encodeMessage(target, values)) as DecodedMessage)
}

describe('the VSS view', () => {
  it('names what has a name in VSS 6, with its units and types', () => {
    expect(told('WindowStatus@FL', { position_pct: 40.5, state: 'opening' })).toEqual({
      'Vehicle.Cabin.Door.Row1.DriverSide.Window.Position': 41, 'Vehicle.Cabin.Door.Row1.DriverSide.Window.IsOpen': true,
    })
    expect(told('LatchStatus@RR', { state: 'ajar', locked: 1 })).toEqual({
      'Vehicle.Cabin.Door.Row2.PassengerSide.IsOpen': true, 'Vehicle.Cabin.Door.Row2.PassengerSide.IsLocked': true,
    })
    expect(told('MirrorStatus@FR', { tiltX_deg: 12, tiltY_deg: -12, fold: 'folded' })).toEqual({
      'Vehicle.Body.Mirrors.PassengerSide.Tilt': -100, 'Vehicle.Body.Mirrors.PassengerSide.Yaw': 100,
      'Vehicle.Body.Mirrors.PassengerSide.IsHeatingOn': false, 'Vehicle.Body.Mirrors.PassengerSide.IsFolded': true,
    })
    expect(told('VehicleState', { ignition: 'accessory', gear: 'reverse', speed_kmh: 50, battery_V: 12.3 })).toEqual({
      'Vehicle.Speed': 50, 'Vehicle.LowVoltageBattery.CurrentVoltage': 12.3, 'Vehicle.LowVoltageSystemState': 'ACC',
      'Vehicle.Powertrain.Transmission.SelectedGear': -1,
    })
    expect(told('StereoStatus@STEREO', { volume: 30, source: 'fm' })).toEqual({
      'Vehicle.Cabin.Infotainment.Media.Volume': 100, 'Vehicle.Cabin.Infotainment.Media.Played.Source': 'FM',
    })
  })

  it('tells lamps by their channel, what is not available as null, and nothing of what has no name', () => {
    expect(told('LightStatus@HOOD', { channel: 2, level_pct: 100 })).toEqual({ 'Vehicle.Body.Lights.DirectionIndicator.Left.IsSignaling': true })
    expect(told('LightStatus@HOOD', { channel: 7, level_pct: 100 })).toBeUndefined()
    expect(told('WindowStatus@FL', {})).toEqual({
      'Vehicle.Cabin.Door.Row1.DriverSide.Window.Position': null, 'Vehicle.Cabin.Door.Row1.DriverSide.Window.IsOpen': null,
    })
    expect(told('VehicleState', { gear: 'manual' })!['Vehicle.Powertrain.Transmission.SelectedGear']).toBeNull()
    expect(told('HubStatus@FL', {})).toBeUndefined()
  })

  it('has commands that the catalogue takes, for what can be commanded', () => {
    let commands = 0
    for (const { command, location, datatype, path } of VSS_SIGNALS) {
      for (const value of datatype === 'boolean' ? [true, false] : [0, 100]) {
        const fields = command?.fields(value)
        if (command === undefined || fields === undefined) continue
        const { entry } = parseTarget(`${command.message}@${location}`)
        expect(() => encodeMessage(`${entry.row.name}@${location}` as Target, fields as object), path).not.toThrow()
        commands++
      }
    }
    expect(commands).toBeGreaterThan(30)
  })
})

describe('the VSS overlay', () => {
  type Node = Record<string, unknown> & { dbc2vss: { message: string, signal: string } }
  const overlay = JSON.parse(exportProtocol('vss')) as Record<string, Node>

  it('keeps the rules of vss-tools', () => {
    expect(Object.keys(overlay).sort()).toEqual(VSS_SIGNALS.map(({ path }) => path).sort())
    const units = ['percent', 'V', 'km/h']
    for (const [path, node] of Object.entries(overlay)) {
      // Names of nodes begin with a capital, booleans with `Is`.
      expect(path).toMatch(/^Vehicle(\.[A-Z][A-Za-z0-9]*)+$/)
      if (node['datatype'] === 'boolean') expect(path).toMatch(/\.Is[A-Z]\w*$/)
      expect(['sensor', 'actuator']).toContain(node['type'])
      expect(node['description']).toMatch(/\.$/)
      if (node['unit'] !== undefined) expect(units).toContain(node['unit'])
      // Limits are for numbers, allowed values for strings, and not both.
      if (node['datatype'] === 'string') expect(node['allowed']).toBeDefined()
      if (node['min'] !== undefined) expect(['int8', 'uint8', 'float']).toContain(node['datatype'])
    }
    console.log('not run here: vspec export json -s VehicleSignalSpecification.vspec -l spine.vspec -e dbc2vss (vss-tools 6; not installable here)')
  })

  it('names messages and signals of the DBC, and their labels', () => {
    const dbc = exportProtocol('dbc')
    for (const { dbc2vss: { message, signal } } of Object.values(overlay)) {
      expect(dbc).toMatch(new RegExp(`BO_ \\d+ ${message}: [^]*? SG_ ${signal} :`))
    }
    expect(overlay['Vehicle.LowVoltageSystemState']!.dbc2vss).toEqual({
      message: 'VehicleState_ALL', signal: 'ignition', interval_ms: 100, transform: { mapping: [
        { from: 'off', to: 'OFF' }, { from: 'accessory', to: 'ACC' }, { from: 'on', to: 'ON' }, { from: 'start', to: 'START' },
      ] },
    })
    expect(overlay['Vehicle.Cabin.Door.Row1.DriverSide.Window.IsOpen']!.dbc2vss).toMatchObject({ transform: { math: 'x > 0' } })
  })
})
