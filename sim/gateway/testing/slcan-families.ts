import type { FirmwareManners } from './slcan-firmware.ts'

export interface SlcanFamily {
  readonly manners: FirmwareManners
  /** Its USB identifiers, where they tell it apart. */
  readonly usb?: string
  /**
   * What another program's unfinished line becomes, whatever a host sends first. `complete`: one that lacks only its CR
   * is sent as it is. `any`: one that has its length is sent with wrong data.
   */
  readonly leaks?: 'complete' | 'any'
}

/**
 * SLCAN firmwares as published, read in 2026 (repository at commit, file). LAWICEL's own are closed: theirs is what the
 * manuals say.
 */
export const SLCAN_FAMILIES: Readonly<Record<string, SlcanFamily>> = {
  // LAWICEL AB, "CAN232 Manual" 3.1, "CANUSB Manual" 1.0.
  'LAWICEL CAN232, CANUSB': { manners: {} },
  // Thomas Fischl, USBtin firmware 1.x: frontend.c, main.c.
  USBtin: { manners: { buffer: 100, overflow: 'truncates', frames: 'prefix', emptyLine: 'refused', serial: 'NFFFF' }, leaks: 'complete' },
  // linklayer/cantact-fw 26bedc6, Src/usbd_cdc_if.c, Src/slcan.c.
  CANtact: {
    manners: {
      confirms: false, version: undefined, serial: undefined, polls: false, buffer: 30, overflow: 'corrupts', frames: 'loose',
      emptyLine: 'repeats', listen: 'forgets',
    },
    usb: 'ad50:60c4',
    leaks: 'any',
  },
  // normaldotcom/canable-fw 8ca5d39, src/usbd_cdc_if.c, src/slcan.c; before 2021 its buffer had no end, as CANtact's.
  'canable-fw': {
    manners: {
      confirms: false, version: '8ca5d39 github.com/normaldotcom/canable-fw', serial: undefined, polls: false, buffer: 30, overflow: 'wraps',
      frames: 'loose', emptyLine: 'repeats', listen: 'forgets',
    },
    usb: 'ad50:60c4',
  },
  // normaldotcom/canable2-fw b158aa7, src/usbd_cdc_if.c, src/slcan.c; its issue 4 tells of the empty line.
  'canable2-fw': {
    manners: {
      confirms: false, version: 'b158aa7 github.com/normaldotcom/canable2-fw', serial: undefined, polls: false, buffer: 155, overflow: 'wraps',
      frames: 'loose', emptyLine: 'repeats', listen: 'forgets',
    },
    usb: '16d0:117e',
  },
  // Nakakiyo092/canable2-fw d885855, src/buffer.c, src/slcan.c.
  'canable2-fw of Nakakiyo092': {
    manners: { version: 'V1013', serial: 'NA123', buffer: 165, overflow: 'wraps', emptyLine: 'confirmed' },
    usb: '16d0:117e',
  },
  // Elmue/CANable-2.5-firmware-Slcan-and-Candlelight 3c94657, Firmware/Slcan/control.c.
  'CANable 2.5': {
    manners: {
      version: '+Board: Multiboard\tMCU: STM32G431\tDevID: 1128\tFirmware: 2495024\tSlcan: 105', serial: undefined, polls: false, plain: true,
      buffer: 165, overflow: 'wraps', emptyLine: 'confirmed', listen: 'M1', closed: 'confirmed',
    },
    usb: '16d0:117e',
  },
  // WeActStudio/WeActStudio.USB2CANFDV1.SLCAN_Firmware abc8e97, Source/App/slcan.c, Source/USB_Device/App/usbd_cdc_if.c.
  'WeAct USB2CANFD': {
    manners: {
      version: 'WeAct Studio V1.0.0.1_20240101', serial: undefined, polls: false, plain: true, buffer: 142, overflow: 'wraps', emptyLine: 'refused',
      listen: 'M1', closed: 'confirmed',
    },
  },
  // mintynet/esp32-slcan f1f6b22, esp32-slcan-nodisp.ino.
  'esp32-slcan': {
    manners: { version: 'V1234', serial: 'N2208', buffer: 32, overflow: 'clears', frames: 'loose', plain: true, emptyLine: 'refused', listen: 'none', closed: 'confirmed' },
  },
  // kahiroka/slcanuino fa0816f, slcan.ino.
  slcanuino: {
    manners: { version: 'V1234', serial: 'N1234', buffer: 33, overflow: 'clears', plain: true, emptyLine: 'refused', listen: 'none', closed: 'confirmed' },
  },
  // latonita/arduino-canbus-monitor 9c470dd, can-232.cpp.
  'arduino-canbus-monitor': { manners: { buffer: 27, overflow: 'ignores', frames: 'loose', joins: true, emptyLine: 'refused' } },
  // darauble/lawicel-slcan 98892b7, src/slcan_shell.c. It forgets an unfinished line after 50 ms, which is not modelled.
  'lawicel-slcan': { manners: { buffer: 64, overflow: 'clears', frames: 'prefix', plain: true, emptyLine: 'refused', polls: false }, leaks: 'complete' },
  // collin80/ESP32RET, src/SerialConsole.cpp, src/lawicel.cpp: a line with = in it is a setting.
  'ESP32RET as SLCAN': { manners: { buffer: 79, overflow: 'truncates', frames: 'loose', marker: '=', closed: 'confirmed' } },
  // NickTaormina/ESP32-SLCAN, main/usbcomm.c, main/slcan.c.
  'ESP32-SLCAN': { manners: { buffer: 64, overflow: 'sticks', frames: 'loose', polls: false, plain: true, emptyLine: 'refused', closed: 'confirmed' }, leaks: 'any' },
}
