import { type Flag, type WindowState, WindowStatusCodec, type WindowStatusValues } from '#protocol/index.ts'
import protobuf from 'protobufjs'

import { type BenchRow, ratesOf, row, type Work } from './measure.ts'

/**
 * The codec on a typical status (eleven fields in six bytes), against two limits: the same bits packed by hand through a
 * DataView, without any check of ranges, and protobufjs with the same fields.
 */
export function benchCodec(): BenchRow[] {
  const samples = Array.from({ length: 64 }, (_, i) => sample(i))
  const [ours, hand, proto] = ratesOf([encodeOurs(samples), encodeByHand(samples), encodeProtobuf(samples)])
  const [oursBack, handBack, protoBack] = ratesOf([decodeOurs(samples), decodeByHand(samples), decodeProtobuf(samples)])
  const one = (name: string, value: number, peer: string, peerValue: number, atLeast: number): BenchRow =>
    row({ name, value, unit: 'messages/s', peer: { name: peer, value: peerValue }, target: { atLeast, of: 'ratio' } })
  return [
    one('codec: encode WindowStatus', ours!, 'packed by hand', hand!, 1 / 3),
    one('codec: decode WindowStatus', oursBack!, 'unpacked by hand', handBack!, 1 / 3),
    one('codec: encode WindowStatus', ours!, 'protobufjs', proto!, 1),
    one('codec: decode WindowStatus', oursBack!, 'protobufjs', protoBack!, 1),
  ]
}

function sample(i: number): WindowStatusValues {
  return {
    supply_V: 12 + (i % 30) / 10, current_A: (i % 40) / 5, granted_A: 9, echoSender: 5, echoSequence: i & 15,
    position_pct: i % 100 + 0.5, state: (i % 8) as WindowState, pinch: (i & 1) as Flag, thermal: 0, learned: 1, fault: 0,
  }
}

/** Keeps the optimiser from removing work whose result nobody reads. */
const sink = { value: 0 }

function encodeOurs(samples: WindowStatusValues[]): Work {
  const data = new Uint8Array(8)
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i++) {
      WindowStatusCodec.encode(samples[i & 63]!, data)
      sum += data[7]!
    }
    sink.value = sum
  }
}

function encodeByHand(samples: WindowStatusValues[]): Work {
  const data = new DataView(new ArrayBuffer(8))
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const s = samples[i & 63]!
      data.setUint8(2, Math.round(s.supply_V * 10))
      data.setUint8(3, Math.round(s.current_A * 5))
      data.setUint8(4, Math.round(s.granted_A * 5))
      data.setUint8(5, s.echoSender | s.echoSequence << 4)
      data.setUint8(6, Math.round(s.position_pct * 2))
      data.setUint8(7, s.state | s.pinch << 4 | s.thermal << 5 | s.learned << 6 | s.fault << 7)
      sum += data.getUint8(7)
    }
    sink.value = sum
  }
}

function decodeOurs(samples: WindowStatusValues[]): Work {
  const frames = samples.map(packed)
  const values = WindowStatusCodec.create()
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i++) {
      WindowStatusCodec.decode(frames[i & 63]!, values)
      sum += values.position_pct
    }
    sink.value = sum
  }
}

function decodeByHand(samples: WindowStatusValues[]): Work {
  const frames = samples.map(values => new DataView(packed(values).buffer))
  const values = WindowStatusCodec.create()
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i++) {
      const data = frames[i & 63]!
      values.supply_V = data.getUint8(2) / 10
      values.current_A = data.getUint8(3) / 5
      values.granted_A = data.getUint8(4) / 5
      values.echoSender = data.getUint8(5) & 15
      values.echoSequence = data.getUint8(5) >> 4
      values.position_pct = data.getUint8(6) / 2
      const bits = data.getUint8(7)
      values.state = (bits & 15) as WindowState
      values.pinch = (bits >> 4 & 1) as Flag
      values.thermal = (bits >> 5 & 1) as Flag
      values.learned = (bits >> 6 & 1) as Flag
      values.fault = (bits >> 7) as Flag
      sum += values.position_pct
    }
    sink.value = sum
  }
}

function packed(values: WindowStatusValues): Uint8Array {
  const data = new Uint8Array(8)
  WindowStatusCodec.encode(values, data)
  return data
}

/** The same fields as a protobuf message: floats for the physical ones, as a schema for people would have them. */
function protobufType(): protobuf.Type {
  const type = new protobuf.Type('WindowStatus')
  Object.entries(sample(0)).forEach(([name, value], i) => {
    type.add(new protobuf.Field(name, i + 1, Number.isInteger(value) && !/_(V|A|pct)$/.test(name) ? 'uint32' : 'float'))
  })
  new protobuf.Root().add(type)
  return type
}

function encodeProtobuf(samples: WindowStatusValues[]): Work {
  const type = protobufType()
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i++) sum += type.encode(samples[i & 63]!).finish().length
    sink.value = sum
  }
}

function decodeProtobuf(samples: WindowStatusValues[]): Work {
  const type = protobufType()
  const frames = samples.map(values => type.encode(values).finish())
  return (count) => {
    let sum = 0
    for (let i = 0; i < count; i++) sum += (type.decode(frames[i & 63]!) as protobuf.Message & WindowStatusValues).position_pct
    sink.value = sum
  }
}
