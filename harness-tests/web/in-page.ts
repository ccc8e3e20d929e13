/** What axe-core leaves in the page. */
interface Axe { run(options: object): Promise<{ violations: { id: string, nodes: { html: string }[] }[] }> }

/** Runs in the page: what axe-core has against it. `only`: of all rules, these; a colour changes nothing but contrast. */
export async function judge(only: string[] | undefined): Promise<string[]> {
  const { axe } = globalThis as { axe?: Axe }
  const { violations } = await axe!.run({
    ...only !== undefined && { runOnly: only },
    // Names of what is in the picture say in words what stands there as figures and signs: they are not the same text.
    ...only === undefined && { rules: { 'label-content-name-mismatch': { enabled: false } } },
  })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

/** Of the page's world. */
declare const navigator: object

/** Runs in the page: a serial port whose adapter says what `feed` holds, and keeps what is written to it. */
export function emulatedPort(): void {
  const world = globalThis as { feed?: string[], written?: string }
  world.written = ''
  const port = {
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    readable: new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise(resolve => setTimeout(resolve, 20))
        controller.enqueue(new TextEncoder().encode((world.feed ?? []).splice(0, 40).join('')))
      },
    }),
    writable: new WritableStream<Uint8Array>({ write(bytes) { world.written += new TextDecoder().decode(bytes) } }),
  }
  Object.defineProperty(navigator, 'serial', { value: { requestPort: () => Promise.resolve(port) } })
}
