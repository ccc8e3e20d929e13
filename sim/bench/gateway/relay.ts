import { createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * Two bare connections, as a process of its own: what comes in on one port goes out on the other. The least that anything
 * between two programs can do.
 */
const onward = new Set<Socket>()
const exit = createServer({ noDelay: true }, socket => onward.add(socket))
const entrance = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    for (const to of onward) to.write(chunk)
  })
})
const portOf = (server: ReturnType<typeof createServer>): Promise<number> => new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
})
process.stdout.write(`${JSON.stringify([await portOf(entrance), await portOf(exit)])}\n`)
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit())
