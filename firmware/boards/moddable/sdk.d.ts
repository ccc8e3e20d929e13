/* eslint @typescript-eslint/consistent-type-imports: off -- a module that is declared here imports nothing by a relative name */
/** What `main.ts` and `sampler.ts` use of Moddable's SDK, as they use it; `sdk.test.ts` compares with the SDK's own typings. */
declare module 'embedded:io/analog' {
  const Analog: import('./io.ts').ModdableIo['Analog']
  export { Analog as default }
}
declare module 'embedded:io/digital' {
  const Digital: import('./io.ts').ModdableIo['Digital']
  export { Digital as default }
}
declare module 'embedded:io/pulsecount' {
  const PulseCount: import('./io.ts').ModdableIo['PulseCount']
  export { PulseCount as default }
}
declare module 'embedded:io/pwm' {
  const PWM: import('./io.ts').ModdableIo['PWM']
  export { PWM as default }
}
declare module 'embedded:io/serial' {
  const Serial: import('./io.ts').ModdableIo['Serial']
  export { Serial as default }
}
declare module 'embedded:io/spi' {
  const SPI: import('./io.ts').ModdableIo['SPI']
  export { SPI as default }
}
declare module 'embedded:storage/flash' {
  const FlashStorage: { open(options: { path: string, mode: 'r+' }): import('./io.ts').FlashIo }
  export { FlashStorage as default }
}
declare module 'onewire' {
  const OneWire: import('./io.ts').ModdableIo['OneWire']
  export { OneWire as default }
}
declare module 'time' {
  const Time: { readonly microseconds?: number }
  export { Time as default }
}
declare module 'timer' {
  const Timer: {
    set(fire: () => void, delay_ms: number): object
    repeat(fire: () => void, period_ms: number): object
    clear(timer: object): void
  }
  export { Timer as default }
}
declare module 'worker' {
  const Worker: { new (module: string, options: { readonly static: number }): ReturnType<import('./io.ts').ModdableIo['startSampler']> }
  export { Worker as default }
}

declare const System: { restart(): void }
declare const self: { onmessage: (message: import('./io.ts').SamplerSetup) => void }
/** To the debugger, where there is one. */
// eslint-disable-next-line no-restricted-syntax -- declared, not used so
declare const trace: (...texts: string[]) => void
