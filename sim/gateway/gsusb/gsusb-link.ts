import { CLASSIC_DATA_BYTES, FD_DATA_BYTES } from '#protocol/index.ts'
import { HostLink } from '../host-link.ts'
import type { Link, LinkOptions } from '../link.ts'
import { DEFAULT_BITRATE } from '../link-base.ts'
import type { LinkUri } from '../uri.ts'
import { GsusbHostSession } from './host-session.ts'
import { listUsb } from './load-usb.ts'
import { accessToAdapter, type ListUsb } from './usb-adapter.ts'

/** `gsusb:`, `gsusb:SERIAL?bitrate=500000&channel=0`: a gs_usb adapter (candleLight, CANable) over USB. */
export function createGsusbLink(uri: LinkUri, options: LinkOptions, list: ListUsb = listUsb): Link {
  const { bitrate = DEFAULT_BITRATE, mode } = options
  const dataBitrate = uri.numbers.get('dbitrate')
  const hasFd = dataBitrate !== undefined
  const settings = { bitrate, dataBitrate, channel: uri.numbers.get('channel') ?? 0, listenOnly: mode === 'listen' }
  return new HostLink(uri.text, options, accessToAdapter(uri.target, list), {
    warning: '',
    dataBytes: hasFd ? FD_DATA_BYTES : CLASSIC_DATA_BYTES,
    carries: frame => !frame.error && frame.bus === 0 && (hasFd || !frame.fd),
    createSession: (transport, host) => new GsusbHostSession(transport, host, settings),
  })
}
