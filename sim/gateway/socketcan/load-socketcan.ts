import { openDirect } from './direct-channel.ts'
import type { OpenChannel, RawChannel } from './raw-channel.ts'

interface SocketcanModule {
  createRawChannelWithOptions(name: string, options: { timestamps: boolean, non_block_send: boolean }): RawChannel
}

/** Loads the optional package. Rejects with one line that says what to do. */
export async function loadSocketcan(): Promise<OpenChannel> {
  if (process.platform !== 'linux') throw new Error(`SocketCAN exists on Linux only, this is ${process.platform}: use an slcan: adapter`)
  const loaded = await importSocketcan()
  const create = (name: string, timestamps: boolean): RawChannel =>
    loaded.createRawChannelWithOptions(name, { timestamps, non_block_send: true })
  // Only the package reads the kernel's time of a frame.
  return (name, { timestamps }) => timestamps ? create(name, true) : openDirect(() => create(name, false))
}

async function importSocketcan(): Promise<SocketcanModule> {
  try {
    const loaded: unknown = await import('socketcan')
    if (isModule(loaded)) return loaded
    if (typeof loaded === 'object' && loaded !== null && 'default' in loaded && isModule(loaded.default)) return loaded.default
  } catch (error) {
    throw new Error(explainLoadError(error), { cause: error })
  }
  throw new Error('the package socketcan makes no channels: is it version 4?')
}

function isModule(loaded: unknown): loaded is SocketcanModule {
  return typeof loaded === 'object' && loaded !== null && 'createRawChannelWithOptions' in loaded
}

/** Why the package cannot be loaded, in one line. */
export function explainLoadError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ERR_MODULE_NOT_FOUND' || /Cannot find (package|module) '?socketcan/.test(message)) {
    return 'the optional package socketcan is not installed: npm install --include=optional (it compiles: python3, make and g++ are needed)'
  }
  if (code === 'MODULE_NOT_FOUND') return 'the package socketcan was installed but not compiled: npm rebuild socketcan (python3, make and g++ are needed)'
  return `the package socketcan cannot be loaded (npm rebuild socketcan may help): ${String(message).split('\n')[0]}`
}
