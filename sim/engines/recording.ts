import type { CanPort, Hal, Nvm, Port } from '#firmware/index.ts'
import { type FirmwareImage, overlaid } from '../host/index.ts'

/** What one hub did to its board, a line each: when, what, bit for bit. */
export type DeedLog = string[]

/** The image on a board that notes frames given to the controller, records written, and what outputs were set to. */
export function recorded(image: FirmwareImage, log: DeedLog): FirmwareImage {
  return hal => image(recordedHal(hal, log))
}

function recordedHal(hal: Hal, log: DeedLog): Hal {
  const note = (...words: (string | number)[]): void => { log.push(`${hal.now()} ${words.join(' ')}`) }
  const can = hal.can.map((port): CanPort => overlaid(port, {
    send(id: number, data: Uint8Array, length: number): boolean {
      const sent = port.send(id, data, length)
      note('send', id.toString(16), Buffer.from(data.subarray(0, length)).toString('hex'), Number(sent))
      return sent
    },
  }))
  const ports = hal.ports.map((port, index): Port => overlaid(port, {
    power: (on: boolean): void => {
      note('power', index, Number(on))
      port.power(on)
    },
    limit: (current_A: number): void => {
      note('limit', index, current_A)
      port.limit(current_A)
    },
    drive: (channel: number, duty: number): void => {
      note('drive', index, channel, duty)
      port.drive(channel, duty)
    },
    driveWatched: (channel: number, duty: number): void => {
      note('driveWatched', index, channel, duty)
      port.driveWatched(channel, duty)
    },
    brake: (channel: number): void => {
      note('brake', index, channel)
      port.brake(channel)
    },
  }))
  const nvm: Nvm = {
    read: key => hal.nvm.read(key),
    write: (key, bytes) => {
      note('nvm', key, Buffer.from(bytes).toString('hex'))
      hal.nvm.write(key, bytes)
    },
  }
  return { ...hal, can, ports, nvm }
}
