import type { CanPort, Hal, Port } from '#firmware/index.ts'
import { kindOf, pageOf, PF_BROADCAST, pduFormatOf } from '#protocol/index.ts'
import type { FirmwareImage } from './hub-host.ts'

/** Calls into a hub's firmware. */
type CallbackKind = 'boot' | 'timer' | 'receive' | 'sent' | 'presence' | 'input' | 'woken'

/**
 * What a callback was, as far as its cost goes: its kind (a frame by page and kind of its message), which control ticks it ran,
 * how many frames it sent.
 */
export type CallbackKey = string

/** The image on a board that tells of each callback, when it is over, what it was. */
export function watched(image: FirmwareImage, done: (key: CallbackKey) => void): FirmwareImage {
  return (hal) => {
    const watch = new Watch(done)
    const hub = image(watch.hal(hal))
    watch.end('boot')
    return hub
  }
}

class Watch {
  private readonly done: (key: CallbackKey) => void
  private sends = 0
  private ticks = 0
  /** Means were taken: by a tick, if it looks at the plug's, too. */
  private taken = false
  /** Signs of what the motors were last given. */
  private closes = false

  constructor(done: (key: CallbackKey) => void) {
    this.done = done
  }

  hal(hal: Hal): Hal {
    return {
      ...hal, can: hal.can.map(can => this.can(can)), ports: hal.ports.map(port => this.port(port)),
      after: (delay_ms, fire) => hal.after(delay_ms, () => {
        fire()
        this.end('timer')
      }),
      sleep: (woken, deaf) => hal.sleep((byBus) => {
        woken(byBus)
        this.end('woken')
      }, deaf),
    }
  }

  end(kind: CallbackKind, id?: number): void {
    const tick = this.ticks === 0 ? '' : this.closes ? ' closing' : ' opening'
    const key = `${kind}${id === undefined ? '' : ` ${topic(id)}`}${tick}${this.sends === 0 ? '' : ` sends ${this.sends}`}`
    this.sends = 0
    this.ticks = 0
    this.taken = false
    this.done(key)
  }

  private can(can: CanPort): CanPort {
    return overlaid(can, {
      send: (id, data, length) => {
        this.sends++
        return can.send(id, data, length)
      },
      onReceive: handler => can.onReceive((id, data, length) => {
        handler(id, data, length)
        this.end('receive', id)
      }),
      onSent: handler => can.onSent((id) => {
        handler(id)
        this.end('sent')
      }),
    })
  }

  private port(port: Port): Port {
    return overlaid(port, {
      takeMeans: () => {
        this.taken = true
        port.takeMeans()
      },
      meanPlug_V: () => {
        if (this.taken) this.ticks++
        this.taken = false
        return port.meanPlug_V()
      },
      drive: (channel, duty) => {
        this.closes = duty < 0
        port.drive(channel, duty)
      },
      driveWatched: (channel, duty) => {
        this.closes = duty < 0
        port.driveWatched(channel, duty)
      },
      onPresence: handler => port.onPresence((present) => {
        handler(present)
        this.end('presence')
      }),
      onInput: handler => port.onInput((channel, level) => {
        handler(channel, level)
        this.end('input')
      }),
    })
  }
}

function topic(id: number): string {
  return pduFormatOf(id) === PF_BROADCAST ? `${pageOf(id)}.${kindOf(id)}` : 'peer'
}

/** `target` with some of its methods replaced; all others run on itself. */
export function overlaid<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get: (_target, name: string & keyof Target) => {
      const method = methods[name] ?? target[name]
      return typeof method === 'function' && methods[name] === undefined ? method.bind(target) as unknown : method
    },
  })
}
