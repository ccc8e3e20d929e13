import type * as Dbc from './dbc.ts'
import type * as German from './german.ts'
import type * as Log from './log-source.ts'
import type * as Serial from './serial-source.ts'
import { unpack } from './unpack.ts'

/** Parts that are unpacked when they are needed; `bundle.ts` makes them. */
interface Parts {
  readonly log: typeof Log
  readonly serial: typeof Serial
  readonly dbc: typeof Dbc
  readonly german: typeof German
}

/** What parts leave behind, by their names. */
declare const self: { readonly spine: Readonly<Record<string, unknown>> }

const loading = new Map<string, Promise<void>>()

/** What a part exports; rejects when this browser cannot unpack it. */
export async function load<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  for (const each of [...needsOf(name), name]) {
    if (self.spine[each] !== undefined) continue
    let running = loading.get(each)
    if (running === undefined) {
      running = textOf(each).then(run)
      loading.set(each, running)
    }
    await running
  }
  return self.spine[name] as Parts[Name]
}

/** The text that a worker of this name runs. */
export async function scriptOf(name: 'car'): Promise<string> {
  return (await Promise.all([...needsOf(name), name].map(textOf))).join('\n')
}

function elementOf(name: string): HTMLElement {
  return document.querySelector<HTMLElement>(`script[data-part="${name}"]`)!
}

function needsOf(name: string): string[] {
  return (elementOf(name).dataset['needs'] ?? '').split(' ').filter(need => need !== '')
}

async function textOf(name: string): Promise<string> {
  const { textContent, dataset } = elementOf(name)
  return dataset['needs'] === undefined ? textContent : unpack(textContent)
}

/** The page's policy knows its hash. */
function run(code: string): void {
  const script = document.createElement('script')
  script.textContent = code
  document.head.append(script)
  script.remove()
}
