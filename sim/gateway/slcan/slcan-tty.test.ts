import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SerialPortStream } from '@serialport/stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createLink, openLink } from '../open-link.ts'
import { closeSerial, explainSerialError, openSerial, usbOf } from '../serial.ts'
import { eventually, linkContract, makePtyPair, type PtyPair, SlcanHost, socatMissing } from '../testing/index.ts'

const missing = socatMissing()
const ports: SerialPortStream[] = []
const ptys: PtyPair[] = []

async function dial(path: string, pty: PtyPair): Promise<SlcanHost> {
  const port = await openSerial(path, 2_000_000)
  ports.push(port)
  const host = new SlcanHost(port, () => pty.unplug())
  await host.ask('O')
  return host
}

async function pair(): Promise<PtyPair> {
  const pty = await makePtyPair()
  ptys.push(pty)
  return pty
}

async function cleanUp(): Promise<void> {
  for (const port of ports.splice(0)) await closeSerial(port)
  for (const pty of ptys.splice(0)) await pty.unplug()
}

if (missing) {
  it.skip(`slcan-listen on a tty: ${missing}`, () => undefined)
} else {
  linkContract('slcan-listen on a tty', {
    rich: false, times: 'none', idleState: 'listening', lostState: 'reconnecting', reads: true, stream: true, once: true,
  }, async ({ queue, mode }) => {
    const pty = await pair()
    const link = await createLink(`slcan-listen:${pty.paths[0]}`, { ...queue && { queue }, ...mode && { mode } })
    return {
      link,
      async connect() {
        const host = await dial(pty.paths[1], pty)
        host.origin = link.clients[0]!.origin
        return host
      },
      dispose: cleanUp,
    }
  })

  describe('slcan-listen on a tty', () => {
    afterEach(cleanUp)

    it('names the device others do not see, and its own end in its addresses', async () => {
      const pty = await pair()
      const link = await openLink(`slcan-listen:${pty.paths[0]}?baud=115200`)
      expect(link.addresses).toEqual([`slcan:${pty.paths[0]}`])
      await link.close()
    })

    it('says why a device cannot be opened', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'spine-tty-'))
      const file = join(folder, 'file')
      writeFileSync(file, '')
      await expect(openLink(`slcan-listen:${folder}/nothing`)).rejects.toThrow(`there is no device ${folder}/nothing`)
      await expect(openLink(`slcan-listen:${file}`)).rejects.toThrow(`${file} is no serial port`)
      await rm(folder, { recursive: true })
    })

    it('says that another program has it', async () => {
      const pty = await pair()
      const port = await openSerial(pty.paths[0], 115200)
      ports.push(port)
      await expect(openLink(`slcan-listen:${pty.paths[0]}`)).rejects.toThrow('is in use by another program')
    })

    it('keeps trying a lost device until it is closed', async () => {
      const pty = await pair()
      const link = await openLink(`slcan-listen:${pty.paths[0]}`)
      await pty.unplug()
      await eventually(() => link.state === 'reconnecting')
      expect(link.problem).toMatch(/went away/)
      await link.close()
      expect(link.state).toBe('closed')
    })
  })
}

it.runIf(process.platform === 'linux')('finds the USB identifiers of a device', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spine-sysfs-'))
  const usb = join(folder, 'devices', '1-2')
  await mkdir(join(usb, '1-2:1.0', 'ttyUSB0'), { recursive: true })
  writeFileSync(join(usb, 'idVendor'), '16D0\n')
  writeFileSync(join(usb, 'idProduct'), '117e\n')
  for (const [name, device] of [['ttyACM3', '1-2:1.0'], ['ttyUSB0', '1-2:1.0/ttyUSB0'], ['ttyS0', '..']] as const) {
    writeFileSync(join(folder, name), '')
    await mkdir(join(folder, 'tty', name), { recursive: true })
    await symlink(join(usb, device), join(folder, 'tty', name, 'device'))
  }
  await symlink(join(folder, 'ttyACM3'), join(folder, 'by-id'))
  const found = await Promise.all(['ttyACM3', 'ttyUSB0', 'by-id', 'ttyS0', 'none'].map(name => usbOf(join(folder, name), join(folder, 'tty'))))
  expect(found).toEqual(['16d0:117e', '16d0:117e', '16d0:117e', undefined, undefined])
  await rm(folder, { recursive: true })
})

it('explains what a serial binding says', () => {
  expect(explainSerialError('/dev/x', 'Error: Permission denied, cannot open /dev/x')).toMatch(/not permitted to open/)
  expect(explainSerialError('/dev/x', 'Error: something else')).toBe('cannot open /dev/x: something else')
})
