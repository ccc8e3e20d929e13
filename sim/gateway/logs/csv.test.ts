import { expect, it } from 'vitest'
import { frameOf } from '../testing/index.ts'
import { writeLog } from './testing/index.ts'

it('CSV: a head and a line a frame, of no frame the head alone', () => {
  const head = 'time_s,bus,interface,direction,id,extended,remote,error,fd,brs,esi,dlc,length,data'
  const time = { timestamp_ns: 1_700_000_000_000_001_000 }
  const text = Buffer.from(writeLog('csv', [
    frameOf({ id: 0x18fe_f1a1, bytes: [1, 0xab], timestamp_ns: 12_345 }),
    { ...frameOf({ ...time, id: 0x7, extended: false, bus: 1, bytes: [0, 0, 0, 0, 0, 0, 0, 0] }), name: 'a,"b"', lengthCode: 9, direction: 'sent' },
    { ...frameOf({ ...time, id: 0x7, extended: false, bus: 2, fd: true, brs: true, bytes: Array.from({ length: 12 }, () => 0xff) }), esi: true, name: '=1' },
    frameOf({ ...time, id: 0x7, remote: true, length: 4 }),
    frameOf({ ...time, id: 0x88, extended: false, error: true, bytes: [0, 0, 0, 0, 0, 0, 0, 1] }),
  ])).toString()
  expect(text.split('\r\n')).toEqual([
    head,
    '0.000012345,0,spine0,,18FEF1A1,1,0,0,0,0,0,2,2,01AB',
    '1700000000.000001,1,"a,""b""",sent,007,0,0,0,0,0,0,9,8,0000000000000000',
    `1700000000.000001,2,'=1,,007,0,0,0,1,1,1,9,12,${'FF'.repeat(12)}`,
    '1700000000.000001,0,spine0,,00000007,1,1,0,0,0,0,4,4,',
    '1700000000.000001,0,spine0,,00000088,0,0,1,0,0,0,8,8,0000000000000001',
    '',
  ])
  expect(Buffer.from(writeLog('csv', [])).toString()).toBe(`${head}\r\n`)
})
