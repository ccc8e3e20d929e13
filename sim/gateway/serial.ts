import type * as Bindings from '@serialport/bindings-cpp'
import type { SerialPortStream } from '@serialport/stream'
import { once } from 'node:events'
import { read } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** From a serial port's folder in sysfs up to that of its USB device: a port, an interface, the device. */
const USB_LEVELS = 3

/** Whether a link's target names a serial device: `/dev/ttyUSB0`, `/dev/pts/5`, `COM3`, `\\.\COM12`. */
export function isTtyPath(target: string): boolean {
  return /^\/(?!\/)/.test(target) || /^(\\\\\.\\)?COM\d+$/i.test(target)
}

/**
 * Opens a serial port. The native binding is loaded only now: it is not to be had everywhere. Rejects with one line
 * that says what to do about it.
 */
export async function openSerial(path: string, baud: number): Promise<SerialPortStream> {
  const bindings = await import('@serialport/bindings-cpp')
  const stream = await import('@serialport/stream')
  const port = new stream.SerialPortStream({ binding: bindings.autoDetect(), path, baudRate: baud, autoOpen: false })
  await new Promise<void>((resolve, reject) => {
    port.open(error => error ? reject(new Error(explainSerialError(path, error.message))) : resolve())
  })
  const binding: unknown = port.port
  if (binding instanceof bindings.LinuxPortBinding || binding instanceof bindings.DarwinPortBinding) {
    binding.read = (buffer, offset, length) => readUntilHangUp(bindings, binding, buffer, offset, length)
  }
  return port
}

const readAsync = promisify(read)

/**
 * Reads like the binding, but takes the end of the file for what it is: a device that hung up. The binding's own read
 * asks again and again, which keeps a processor busy for ever and never says that the device is gone.
 */
async function readUntilHangUp(
  { BindingsError }: typeof Bindings, port: Bindings.LinuxPortBinding | Bindings.DarwinPortBinding,
  buffer: Buffer, offset: number, length: number,
): Promise<{ buffer: Buffer, bytesRead: number }> {
  for (;;) {
    if (!port.isOpen || port.fd === null) throw new BindingsError('the port is closed', { canceled: true })
    try {
      const { bytesRead } = await readAsync(port.fd, buffer, offset, length, null)
      if (bytesRead > 0) return { buffer, bytesRead }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (!port.isOpen) throw new BindingsError('the port is closed', { canceled: true })
      if (code !== 'EAGAIN' && code !== 'EWOULDBLOCK' && code !== 'EINTR') throw error
      await new Promise<void>((resolve, reject) => {
        port.poller.once('readable', failure => failure ? reject(failure) : resolve())
      })
      continue
    }
    throw new Error('the device hung up')
  }
}

/** Closes it, whatever state it is in. */
export async function closeSerial(port: SerialPortStream): Promise<void> {
  if (!port.isOpen) return
  const closed = once(port, 'close')
  port.close(() => undefined)
  await closed
}

/**
 * USB vendor and product of a serial device, as `16d0:117e`; undefined where it is none, or nobody knows. On Linux the
 * kernel tells (`sysfs`): the binding would start a program there that many systems have not.
 */
export async function usbOf(path: string, sysfs = '/sys/class/tty'): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const { autoDetect } = await import('@serialport/bindings-cpp')
    const port = (await autoDetect().list().catch(() => [])).find(candidate => candidate.path === path)
    return port?.vendorId === undefined || port.productId === undefined ? undefined : `${port.vendorId}:${port.productId}`.toLowerCase()
  }
  try {
    let folder = await realpath(join(sysfs, basename(await realpath(path)), 'device'))
    for (let level = 0; level < USB_LEVELS; level++, folder = dirname(folder)) {
      const [vendor, product] = await Promise.all(['idVendor', 'idProduct'].map(name => readFile(join(folder, name), 'latin1').catch(() => '')))
      if (vendor && product) return `${vendor.trim()}:${product.trim()}`.toLowerCase()
    }
  } catch {
    // It is gone, or no device of the kernel's: a pty.
  }
  return undefined
}

/** The binding's words, made clear. */
export function explainSerialError(path: string, message: string): string {
  if (/no such file/i.test(message)) return `there is no device ${path}: is it plugged in?`
  if (/permission denied|access denied/i.test(message)) {
    return `not permitted to open ${path}: become a member of the group that owns it (often dialout), or change its mode`
  }
  if (/cannot lock|busy|resource temporarily unavailable/i.test(message)) return `${path} is in use by another program`
  if (/inappropriate ioctl|not a tty|invalid argument|is a directory/i.test(message)) return `${path} is no serial port: name the one that appears when you plug the adapter in, such as /dev/ttyACM0 or COM3`
  return `cannot open ${path}: ${message.replace(/^Error:?\s*/, '')}`
}
