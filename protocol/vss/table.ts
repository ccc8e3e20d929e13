import type { LocationName, MessageName, ReadingOf, Target } from '../catalogue/index.ts'

/**
 * Our messages under the names of COVESA's Vehicle Signal Specification, version 6.0, for what has one there. Sides are those
 * of a car with its wheel on the left: FL is `Row1.DriverSide`. Lamps are those of the sedan.
 */

export type VssValue = number | boolean | string

/** How a field becomes a VSS value, as data: the view computes it, the export tells it to other tools. */
export type VssReading =
  /** The field's value times `factor`, rounded where the datatype is a whole number. */
  | { readonly as: 'number', readonly factor: number }
  /** Whether it is above the limit. */
  | { readonly as: 'above', readonly limit: number }
  /** By the name of the code; a flag's are `no` and `yes`. Codes that are not named have no VSS value. */
  | { readonly as: 'codes', readonly codes: Readonly<Record<string, VssValue>> }

/** What a VSS value that is to be becomes: fields of a command. `undefined`: that cannot be commanded. */
type VssCommand = (value: VssValue) => Readonly<Record<string, string | number>> | undefined

export interface VssSignal {
  readonly path: string
  readonly type: 'sensor' | 'actuator'
  readonly datatype: 'boolean' | 'int8' | 'uint8' | 'float' | 'string'
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly allowed?: readonly string[]
  readonly description: string
  readonly message: MessageName
  readonly location: LocationName
  readonly field: string
  /** Of messages that tell one lamp channel each. */
  readonly channel?: number
  readonly reading: VssReading
  /** The message that commands it, and how; left out of what is only told. */
  readonly command?: { readonly message: MessageName, readonly fields: VssCommand }
}

/** What a kind of signal is, wherever it stands. */
type Kind = Omit<VssSignal, 'path' | 'description' | 'message' | 'location' | 'field' | 'command' | 'channel'>

const FLAG = { as: 'codes', codes: { no: false, yes: true } } as const
const percent = (factor = 1, min = 0): Kind => ({
  type: 'actuator', datatype: min < 0 ? 'int8' : 'uint8', unit: 'percent', min, max: 100, reading: { as: 'number', factor },
})
const boolean = (type: Kind['type'], reading: VssReading): Kind => ({ type, datatype: 'boolean', reading })
const text = (type: Kind['type'], codes: Readonly<Record<string, string>>, ...more: readonly string[]): Kind =>
  ({ type, datatype: 'string', allowed: [...new Set([...more, ...Object.values(codes)])], reading: { as: 'codes', codes } })

function signal<From extends Target>(
  from: From, field: keyof ReadingOf<From> & string, path: string, description: string, kind: Kind, more: Pick<VssSignal, 'command' | 'channel'> = {},
): VssSignal {
  const [message, location = 'ALL'] = from.split('@') as [MessageName, LocationName | undefined]
  return { path: `Vehicle.${path}`, description, message, location, field, ...kind, ...more }
}

/** Greatest tilt of a mirror, degrees; 100 % in VSS. */
const TILT_MOST_deg = 12
const VOLUME_STEPS = 30

const SIDES = [['FL', 'Row1.DriverSide'], ['FR', 'Row1.PassengerSide'], ['RL', 'Row2.DriverSide'], ['RR', 'Row2.PassengerSide']] as const
const MIRRORS = [['FL', 'DriverSide'], ['FR', 'PassengerSide']] as const

const OPEN_LATCH = boolean('actuator', { as: 'codes', codes: { closed: false, ajar: true, releasing: true, cinching: true } })
const release: VssCommand = value => value === true ? { action: 'release' } : undefined
const lock: VssCommand = value => ({ action: value === true ? 'lock' : 'unlock' })

export const VSS_SIGNALS: readonly VssSignal[] = [
  ...SIDES.flatMap(([at, side]) => {
    const door = `Cabin.Door.${side}`
    const goto: VssCommand = value => ({ action: 'goto', position_pct: Number(value) })
    return [
      signal(`WindowStatus@${at}`, 'position_pct', `${door}.Window.Position`, 'Opening of the window: 0 closed, 100 open.', percent(),
        { command: { message: 'WindowCommand', fields: goto } }),
      signal(`WindowStatus@${at}`, 'position_pct', `${door}.Window.IsOpen`, 'The window is not closed.',
        boolean('actuator', { as: 'above', limit: 0 }), { command: { message: 'WindowCommand', fields: value => goto(value === true ? 100 : 0) } }),
      signal(`LatchStatus@${at}`, 'state', `${door}.IsOpen`, 'The door is not latched.', OPEN_LATCH, { command: { message: 'LatchCommand', fields: release } }),
      signal(`LatchStatus@${at}`, 'locked', `${door}.IsLocked`, 'The door is locked.', boolean('actuator', FLAG),
        { command: { message: 'LatchCommand', fields: lock } }),
    ]
  }),
  ...MIRRORS.flatMap(([at, side]) => {
    const mirror = `Body.Mirrors.${side}`
    const tilt = percent(100 / TILT_MOST_deg, -100)
    const onOff = (on: string, off: string): NonNullable<VssSignal['command']> =>
      ({ message: 'MirrorCommand', fields: value => ({ action: value === true ? on : off }) })
    return [
      signal(`MirrorStatus@${at}`, 'tiltY_deg', `${mirror}.Tilt`, 'Tilt of the mirror: 100 up, -100 down.', tilt),
      signal(`MirrorStatus@${at}`, 'tiltX_deg', `${mirror}.Yaw`, 'Yaw of the mirror: 100 to the right.', tilt),
      signal(`MirrorStatus@${at}`, 'heat', `${mirror}.IsHeatingOn`, 'The heater of the mirror is on.', boolean('actuator', FLAG),
        { command: onOff('heatOn', 'heatOff') }),
      signal(`MirrorStatus@${at}`, 'fold', `${mirror}.IsFolded`, 'The mirror is folded, at least partly.',
        boolean('actuator', { as: 'codes', codes: { unfolded: false, folded: true, moving: true } }), { command: onOff('fold', 'unfold') }),
    ]
  }),
  signal('LatchStatus@TRUNK', 'state', 'Body.Trunk.Rear.IsOpen', 'The trunk is not latched.', OPEN_LATCH,
    { command: { message: 'LatchCommand', fields: release } }),
  signal('LatchStatus@TRUNK', 'locked', 'Body.Trunk.Rear.IsLocked', 'The trunk is locked.', boolean('actuator', FLAG),
    { command: { message: 'LatchCommand', fields: lock } }),
  signal('LatchStatus@HOOD', 'state', 'Body.Hood.IsOpen', 'The hood is not latched.', OPEN_LATCH,
    { command: { message: 'LatchCommand', fields: release } }),
  ...([
    ['HOOD', 0, 'Body.Lights.Beam.Low.IsOn', 'The low beam is on.'], ['HOOD', 2, 'Body.Lights.DirectionIndicator.Left.IsSignaling', 'The left indicator is lit.'],
    ['HOOD', 3, 'Body.Lights.DirectionIndicator.Right.IsSignaling', 'The right indicator is lit.'], ['DASH', 0, 'Cabin.Light.IsDomeOn', 'The dome light is on.'],
  ] as const).map(([at, channel, path, description]) => signal(
    `LightStatus@${at}`, 'level_pct', path, description, boolean('actuator', { as: 'above', limit: 0 }),
    { channel, command: { message: 'LightCommand', fields: value => ({ action: 'set', channel, level_pct: value === true ? 100 : 0, fade_ms: 0 }) } },
  )),
  signal('VehicleState', 'speed_kmh', 'Speed', 'Vehicle speed.', { type: 'sensor', datatype: 'float', unit: 'km/h', reading: { as: 'number', factor: 1 } }),
  signal('VehicleState', 'battery_V', 'LowVoltageBattery.CurrentVoltage', 'Voltage of the low voltage battery.',
    { type: 'sensor', datatype: 'float', unit: 'V', reading: { as: 'number', factor: 1 } }),
  signal('VehicleState', 'ignition', 'LowVoltageSystemState', 'State of the low voltage system: the ignition lock.',
    text('sensor', { off: 'OFF', accessory: 'ACC', on: 'ON', start: 'START' }, 'UNDEFINED', 'LOCK')),
  signal('VehicleState', 'gear', 'Powertrain.Transmission.SelectedGear', 'Selected gear: 0 neutral, -1 reverse, 126 park, 127 drive.',
    { type: 'actuator', datatype: 'int8', reading: { as: 'codes', codes: { park: 126, reverse: -1, neutral: 0, drive: 127 } } }),
  signal('StereoStatus@STEREO', 'volume', 'Cabin.Infotainment.Media.Volume', 'Volume of the stereo.', percent(100 / VOLUME_STEPS),
    { command: { message: 'StereoCommand', fields: value => ({ action: 'volume', volume: Math.round(Number(value) * VOLUME_STEPS / 100) }) } }),
  signal('StereoStatus@STEREO', 'source', 'Cabin.Infotainment.Media.Played.Source', 'What the stereo plays.', text('actuator',
    { fm: 'FM', aux: 'AUX', bluetooth: 'BLUETOOTH' },
    'UNKNOWN', 'SIRIUS_XM', 'AM', 'FM', 'DAB', 'TV', 'CD', 'DVD', 'AUX', 'USB', 'DISK', 'BLUETOOTH', 'INTERNET', 'VOICE', 'BEEP')),
]
