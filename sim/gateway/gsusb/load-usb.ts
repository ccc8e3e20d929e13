import { type ListUsb, messageOf, type UsbAdapter } from './usb-adapter.ts'

/** The devices, by the optional package `usb`. Rejects with one line that says what to do. */
export const listUsb: ListUsb = async () => {
  const { usb } = await import('usb').catch((error: unknown) => {
    throw new Error(explainLoadError(error), { cause: error })
  })
  const devices: readonly object[] = await usb.getDevices().catch((error: unknown) => {
    throw new Error(`the USB devices of this machine cannot be listed: ${messageOf(error)}`, { cause: error })
  })
  return devices.filter(isAdapter)
}

function isAdapter(device: object): device is UsbAdapter {
  return 'controlTransferIn' in device && 'controlTransferOut' in device && 'transferIn' in device && 'transferOut' in device
}

/** Why the package cannot be loaded, in one line. */
export function explainLoadError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ERR_MODULE_NOT_FOUND' || /Cannot find (package|module) '?usb/.test(message)) {
    return 'the optional package usb is not installed: npm install --include=optional'
  }
  return `the package usb cannot be loaded; has it a build for ${process.platform} ${process.arch}? (${messageOf(error)})`
}
