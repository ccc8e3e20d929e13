/** What an option of a URI may be. */
export type OptionSpec =
  | { readonly kind: 'number', readonly minimum: number, readonly maximum: number, readonly unit: string, readonly about: string }
  | { readonly kind: 'choice', readonly values: readonly string[], readonly about: string }
  | { readonly kind: 'text', readonly form: string, readonly about: string }
  | { readonly kind: 'factor', readonly words: readonly string[], readonly minimum: number, readonly maximum: number, readonly about: string }

/** One kind of link, as URIs and help texts know it. The code behind it is loaded when it is named. */
export interface SchemeSpec {
  readonly about: string
  readonly example: string
  /** Others connect to it, or it connects. */
  readonly role: 'listens' | 'dials' | 'file'
  readonly options: Readonly<Record<string, OptionSpec>>
}

const common = {
  mode: { kind: 'choice', values: ['normal', 'listen'], about: 'listen: only hear the bus, let nothing in' },
  queue: { kind: 'number', minimum: 1, maximum: 1_000_000, unit: 'frames', about: 'frames a queue holds' },
} as const satisfies Record<string, OptionSpec>

/** Of the links that lead to a real bus. */
const actuate = { kind: 'choice', values: ['yes', 'no'], about: 'yes: let commands through that move real things' } as const satisfies OptionSpec

/** Of devices on a serial port. */
const serialDevice = {
  baud: { kind: 'number', minimum: 300, maximum: 12_000_000, unit: 'baud', about: 'rate of the serial port (2000000)' },
  usb: { kind: 'choice', values: ['1', '0'], about: '1: the port ignores its rate, as USB CDC does (default: found out)' },
  slow: { kind: 'choice', values: ['yes', 'no'], about: 'yes: take a port that cannot carry a full bus' },
} as const satisfies Record<string, OptionSpec>

const clients = { kind: 'number', minimum: 1, maximum: 1000, unit: 'clients', about: 'most clients at a time' } as const

export const SCHEMES = {
  'slcan-listen': {
    about: 'we are an SLCAN (Lawicel) adapter, on TCP or on a tty: python-can, slcand and others connect to us',
    example: 'slcan-listen:127.0.0.1:3333',
    role: 'listens',
    options: {
      ...common,
      clients,
      bitrate: { kind: 'number', minimum: 10_000, maximum: 1_000_000, unit: 'bit/s', about: 'bit rate of the bus' },
      baud: { kind: 'number', minimum: 300, maximum: 12_000_000, unit: 'baud', about: 'of a tty' },
    },
  },
  slcan: {
    about: 'an SLCAN (Lawicel) adapter on a serial port, or on TCP',
    example: 'slcan:/dev/ttyUSB0?bitrate=500000&baud=2000000',
    role: 'dials',
    options: {
      ...common,
      actuate,
      ...serialDevice,
      bitrate: { kind: 'number', minimum: 5_000, maximum: 1_000_000, unit: 'bit/s', about: 'bit rate of the bus' },
      timestamps: { kind: 'choice', values: ['yes', 'no'], about: 'yes (default): the adapter stamps frames' },
      window: { kind: 'number', minimum: 1, maximum: 4096, unit: 'frames', about: 'frames that wait for the adapter to confirm them (32)' },
      echo: { kind: 'choice', values: ['yes', 'no'], about: 'whether it sends back what it is sent (default: found out)' },
      probe: { kind: 'choice', values: ['yes', 'no'], about: 'no: it is an adapter that never answers' },
      buffer: { kind: 'number', minimum: 30, maximum: 160, unit: 'bytes', about: 'its line buffer: what clears an unfinished line (30; CANable 2: 155)' },
    },
  },
  spine: {
    about: 'a running car, or another end of our own stream; alone it is the car on this machine',
    example: 'spine:127.0.0.1:7030',
    role: 'dials',
    options: {
      ...common,
      reconnect: { kind: 'choice', values: ['yes', 'no'], about: 'dial again when the connection is lost' },
      view: { kind: 'choice', values: ['frames', 'frames-and-vss', 'vss'], about: 'what to get: frames, or values under VSS names' },
    },
  },
  'spine-listen': {
    about: 'our own stream, for our tools and pages',
    example: 'spine-listen:127.0.0.1:7030',
    role: 'listens',
    options: { ...common, clients },
  },
  socketcan: {
    about: 'a CAN interface of the Linux kernel, real (can0) or virtual (vcan0)',
    example: 'socketcan:can0',
    role: 'dials',
    options: {
      ...common,
      actuate,
      recover: { kind: 'choice', values: ['yes', 'no'], about: 'restart a controller that is bus-off' },
      time: { kind: 'choice', values: ['arrival', 'kernel'], about: 'which time frames carry; kernel is exact and slow' },
      filter: { kind: 'text', form: 'id:mask,…', about: 'receive only these, such as 18FF8000:1FFFF000,123:7FF' },
    },
  },
  gvret: {
    about: 'a device that speaks GVRET (SavvyCAN\'s binary protocol), on a serial port or on TCP',
    example: 'gvret:/dev/ttyUSB0?bitrate=500000',
    role: 'dials',
    options: {
      ...common,
      actuate,
      ...serialDevice,
      baud: { kind: 'number', minimum: 300, maximum: 12_000_000, unit: 'baud', about: 'rate of the serial port (1000000)' },
      bitrate: { kind: 'number', minimum: 10_000, maximum: 1_000_000, unit: 'bit/s', about: 'bit rate of the bus' },
    },
  },
  gsusb: {
    about: 'a gs_usb adapter (candleLight, CANable) over USB, without a driver of the kernel; alone it is the only one plugged in',
    example: 'gsusb:003600265246500220393252?bitrate=500000',
    role: 'dials',
    options: {
      ...common,
      actuate,
      bitrate: { kind: 'number', minimum: 5_000, maximum: 1_000_000, unit: 'bit/s', about: 'bit rate of the bus' },
      dbitrate: { kind: 'number', minimum: 5_000, maximum: 15_000_000, unit: 'bit/s', about: 'of the inside of FD frames: the adapter must have FD' },
      channel: { kind: 'number', minimum: 0, maximum: 254, unit: '(the first is 0)', about: 'which of its buses (0)' },
    },
  },
  'gvret-listen': {
    about: 'we are a GVRET device; SavvyCAN dials port 23 only, so forward that port, or have it use socketcand',
    example: 'gvret-listen:127.0.0.1:2323',
    role: 'listens',
    options: { ...common, clients },
  },
  'socketcand-listen': {
    about: 'we are a socketcand daemon, for python-can, SavvyCAN and Kayak',
    example: 'socketcand-listen:127.0.0.1:29536',
    role: 'listens',
    options: {
      ...common,
      clients,
      beacon: { kind: 'text', form: 'yes or address[:port]', about: 'fill the lists of Kayak and SavvyCAN: yes on this machine, or a broadcast address' },
    },
  },
  socketcand: {
    about: 'a bus of a socketcand daemon, which serves an interface of another machine',
    example: 'socketcand:192.0.2.7:29536?bus=can0',
    role: 'dials',
    options: {
      ...common,
      actuate,
      bus: { kind: 'text', form: 'can0', about: 'which of its buses (can0)' },
    },
  },
  cannelloni: {
    about: 'the other end of a cannelloni tunnel (UDP): the CAN interface of another machine, FD frames too',
    example: 'cannelloni:192.0.2.7:20000?local=0.0.0.0:20000',
    role: 'dials',
    options: {
      ...common,
      actuate,
      local: { kind: 'text', form: 'address:port', about: 'where the far end sends to (127.0.0.1:20000)' },
    },
  },
  file: {
    about: 'a log: replay it, or record into it; the kind is told by the ending (.log: candump -L, .asc: Vector ASC, .pcapng: Wireshark)',
    example: 'file:drive.log?as=record',
    role: 'file',
    options: {
      ...common,
      as: { kind: 'choice', values: ['replay', 'record'], about: 'replay (default) or record' },
      speed: { kind: 'factor', words: ['max'], minimum: 0.001, maximum: 1_000_000, about: 'factor of real time, or max' },
      loop: { kind: 'number', minimum: 1, maximum: 1_000_000_000, unit: 'times', about: 'how often to replay' },
    },
  },
} as const satisfies Record<string, SchemeSpec>

export type Scheme = keyof typeof SCHEMES
