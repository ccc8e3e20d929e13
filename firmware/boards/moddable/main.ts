/** The program of an ESP32 under Moddable's XS: the board's part, and the hub. */
import { BlockCipher } from 'crypt'
import Analog from 'embedded:io/analog'
import Digital from 'embedded:io/digital'
import PulseCount from 'embedded:io/pulsecount'
import PWM from 'embedded:io/pwm'
import Serial from 'embedded:io/serial'
import SPI from 'embedded:io/spi'
import FlashStorage from 'embedded:storage/flash'
import { pins, start } from 'hub'
import noise from 'noise'
import OneWire from 'onewire'
import getResetReason from 'resetReason'
import Time from 'time'
import Timer from 'timer'
import Worker from 'worker'

import { createModdableHal } from './hal.ts'
import type { ModdableIo, TimerHandle } from './io.ts'

/** Before the firmware's own task, which has 4, so that samples come while that computes, or hangs. */
const SAMPLER = { priority: 5, static: 16_384 }

const io: ModdableIo = {
  Digital, PWM, Analog, PulseCount, SPI, Serial, OneWire,
  openFlash: partition => FlashStorage.open({ path: partition, mode: 'r+' }),
  startSampler: () => new Worker('sampler', SAMPLER),
  microseconds: () => Time.microseconds!,
  setTimer: (fire, delay_ms) => Timer.set(() => fire(), delay_ms),

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- the SDK's own typings have a type for it
  clearTimer: (timer: TimerHandle) => Timer.clear(timer as ReturnType<typeof Timer.set>),
  encrypt: (key, block) => new Uint8Array(new BlockCipher('AES', key.slice().buffer).encrypt(block.slice().buffer)),
  noise: length => new Uint8Array(noise(length)),
  resetReason: () => getResetReason().reason,
  restart: () => System.restart(),
  log: text => trace(text, '\n'),
}

start(createModdableHal(io, pins))
