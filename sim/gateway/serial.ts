import { autoDetect } from '@serialport/bindings-cpp'
import { SerialPortStream } from '@serialport/stream'
import { once } from 'node:events'

/** Whether a link's target names a serial device: `/dev/ttyUSB0`, `/dev/pts/5`, `COM3`, `\\.\COM12`. */
export function isTtyPath(target: string): boolean {
  return target.startsWith('/') || /^(\\\\\.\\)?COM\d+$/i.test(target)
}

/** Opens a serial port. Rejects with one line that says what to do about it. */
export async function openSerial(path: string, baud: number): Promise<SerialPortStream> {
  const port = new SerialPortStream({ binding: autoDetect(), path, baudRate: baud, autoOpen: false })
  await new Promise<void>((resolve, reject) => {
    port.open(error => error ? reject(new Error(explainSerialError(path, error.message))) : resolve())
  })
  return port
}

/** Closes it, whatever state it is in. */
export async function closeSerial(port: SerialPortStream): Promise<void> {
  if (!port.isOpen) return
  const closed = once(port, 'close')
  port.close(() => undefined)
  await closed
}

/** The binding's words, made clear. */
export function explainSerialError(path: string, message: string): string {
  if (/no such file/i.test(message)) return `there is no device ${path}: is it plugged in?`
  if (/permission denied|access denied/i.test(message)) {
    return `not permitted to open ${path}: become a member of the group that owns it (often dialout), or change its mode`
  }
  if (/cannot lock|busy|resource temporarily unavailable/i.test(message)) return `${path} is in use by another program`
  if (/inappropriate ioctl|not a tty|invalid argument/i.test(message)) return `${path} is no serial port`
  return `cannot open ${path}: ${message.replace(/^Error:?\s*/, '')}`
}
