import { Duplex } from 'node:stream'
import type { Access, Transport } from '../transport.ts'

export interface UsbSetup {
  readonly requestType: 'vendor'
  readonly recipient: 'interface'
  readonly request: number
  readonly value: number
  readonly index: number
}

/** What we need of a USB device, as WebUSB and the package `usb` have it. */
export interface UsbAdapter {
  readonly vendorId: number
  readonly productId: number
  readonly productName: string | null
  readonly serialNumber: string | null
  readonly configuration: {
    readonly interfaces: readonly { readonly alternate: { readonly endpoints: readonly UsbEndpointInfo[] } }[]
  } | null
  open(): Promise<void>
  close(): Promise<void>
  claimInterface(number: number): Promise<void>
  controlTransferIn(setup: UsbSetup, bytes: number): Promise<UsbAnswer>
  controlTransferOut(setup: UsbSetup, data: Uint8Array<ArrayBuffer>): Promise<{ readonly status: string }>
  transferIn(endpoint: number, bytes: number): Promise<UsbAnswer>
  transferOut(endpoint: number, data: Uint8Array<ArrayBuffer>): Promise<{ readonly status: string }>
}

interface UsbEndpointInfo {
  readonly endpointNumber: number
  readonly direction: 'in' | 'out'
  readonly type: string
}

interface UsbAnswer {
  readonly status: string
  readonly data?: DataView | undefined
}

export interface UsbTransport extends Transport {
  readonly adapter: UsbAdapter
}

/** Every USB device there is. */
export type ListUsb = () => Promise<readonly UsbAdapter[]>

/** Vendor and product of what speaks gs_usb. Source: Linux, drivers/net/can/usb/gs_usb.c. */
const KNOWN: ReadonlySet<string> = new Set(['1d50:606f', '1209:2323', '1209:ca01', '1cd2:606f', '16d0:10b8', '16d0:0f30'])
/** Where a device's descriptor names none: those of candleLight. */
const ENDPOINT_IN = 1
const ENDPOINT_OUT = 2
/** A whole number of packets at any speed. A message is shorter and never ends with a full packet. */
const TRANSFER_BYTES = 512

/** The adapter of this serial number; empty: the only one there is. */
export function accessToAdapter(serial: string, list: ListUsb): Access<UsbTransport> {
  return {
    name: serial === '' ? 'the gs_usb adapter' : `the gs_usb adapter ${serial}`,
    open: async () => openAdapter(choose(await list(), serial)),
  }
}

function usbName({ vendorId, productId }: UsbAdapter): string {
  return [vendorId, productId].map(number => number.toString(16).padStart(4, '0')).join(':')
}

function choose(devices: readonly UsbAdapter[], serial: string): UsbAdapter {
  const adapters = devices.filter(device => KNOWN.has(usbName(device)))
  const found = serial === '' ? adapters : adapters.filter(device => device.serialNumber === serial)
  const names = adapters.map(device => device.serialNumber ?? 'one without a serial number').join(', ')
  if (found.length === 1) return found[0]!
  if (adapters.length === 0) throw new Error('no gs_usb adapter is plugged in')
  if (found.length === 0) throw new Error(`no gs_usb adapter with the serial number ${serial} is plugged in; there is ${names}`)
  throw new Error(`${found.length} gs_usb adapters are plugged in: name one by its serial number: ${names}`)
}

async function openAdapter(adapter: UsbAdapter): Promise<UsbTransport> {
  try {
    await adapter.open()
    await adapter.claimInterface(0)
  } catch (error) {
    await adapter.close().catch(() => undefined)
    throw new Error(explainOpenError(error), { cause: error })
  }
  const stream = new TransferStream(adapter)
  return {
    stream,
    adapter,
    usb: usbName(adapter),
    close: async () => {
      stream.destroy()
      await adapter.close().catch(() => undefined)
    },
  }
}

/** Why the adapter cannot be had, in one line. */
function explainOpenError(error: unknown): string {
  const text = messageOf(error)
  if (/access|permission|denied|EACCES/i.test(text)) return `the adapter may not be opened: on Linux a udev rule, on Windows the driver WinUSB gives access (${text})`
  if (/busy|in use|EBUSY/i.test(text)) return `something else has the adapter; on Linux the kernel's driver makes it socketcan:can0 (${text})`
  return `the adapter cannot be opened: ${text}`
}

export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}

/** The bulk endpoints as a stream of transfers: each chunk is one. Ends when a transfer fails. */
class TransferStream extends Duplex {
  private readonly adapter: UsbAdapter
  private readonly endpointIn: number
  private readonly endpointOut: number
  private reading = false

  constructor(adapter: UsbAdapter) {
    super({ objectMode: true })
    this.adapter = adapter
    const bulk = adapter.configuration?.interfaces[0]?.alternate.endpoints.filter(endpoint => endpoint.type === 'bulk') ?? []
    this.endpointIn = bulk.find(endpoint => endpoint.direction === 'in')?.endpointNumber ?? ENDPOINT_IN
    this.endpointOut = bulk.find(endpoint => endpoint.direction === 'out')?.endpointNumber ?? ENDPOINT_OUT
  }

  override _read(): void {
    if (!this.reading) void this.transfer()
  }

  override _write(chunk: Uint8Array<ArrayBuffer>, _encoding: string, done: () => void): void {
    this.adapter.transferOut(this.endpointOut, chunk).then(({ status }) => {
      if (status !== 'ok') this.destroy()
      done()
    }, () => {
      this.destroy()
      done()
    })
  }

  private async transfer(): Promise<void> {
    this.reading = true
    let chunk: Uint8Array | undefined
    while (chunk === undefined && !this.destroyed) {
      try {
        const { status, data } = await this.adapter.transferIn(this.endpointIn, TRANSFER_BYTES)
        if (status !== 'ok') this.destroy()
        else if (data) chunk = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      } catch (error) {
        // Nothing came for a while: a quiet bus.
        if (!/time|cancel/i.test(messageOf(error))) this.destroy()
      }
    }
    this.reading = false
    if (chunk !== undefined && !this.destroyed) this.push(chunk)
  }
}
