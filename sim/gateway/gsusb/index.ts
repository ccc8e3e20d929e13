export type { UsbAdapter, UsbSetup } from './usb-adapter.ts'
