/* eslint @typescript-eslint/consistent-type-imports: off -- a module that is declared here imports nothing by a relative name */
/** A module of Moddable's for the ESP32, which has no typings. */
declare module 'resetReason' {
  /** `reason`: `esp_reset_reason_t`. */
  const getResetReason: () => { reason: number }
  export { getResetReason as default }
}

/** The artefact of a hub, wrapped by `sim/build/moddable.ts`. */
declare module 'hub' {
  const start: (hal: import('../../hal.ts').Hal) => void
  const pins: import('../pins.ts').BoardPins
  export { pins, start }
}

/** `noise.c` */
declare module 'noise' {
  const noise: (length: number) => ArrayBuffer
  export { noise as default }
}

/** A module of Moddable's whose typings leave this class out. */
declare module 'crypt' {
  export class BlockCipher {
    constructor(cipher: 'AES', key: ArrayBuffer)
    encrypt(block: ArrayBuffer): ArrayBuffer
  }
}
