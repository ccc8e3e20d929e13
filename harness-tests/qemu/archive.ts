import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

const TRAILER = 'TRAILER!!!'
const FOLDER_MODE = 0o040755
const DEVICE_MODE = 0o020600
const LINK_MODE = 0o120777

/**
 * Writes the kernel's initramfs format (cpio "newc", Documentation/driver-api/early-userspace/buffer-format.rst). Writing it
 * ourselves needs neither a staging folder nor the right to make device nodes; archives may be concatenated.
 */
export class Archive {
  private readonly chunks: Uint8Array[] = []
  private readonly names = new Set<string>()
  private inode = 1

  /** Adds a file, and the folders above it. The first of two with one name wins. */
  file(path: string, content: Uint8Array | string, mode = 0o644): void {
    this.entry(path, 0o100000 | mode, typeof content === 'string' ? new TextEncoder().encode(content) : content)
  }

  /** Adds a file of this machine with its mode, under its own path or another. */
  copy(source: string, path = source): void {
    this.file(path, readFileSync(source), lstatSync(source).mode & 0o100 ? 0o755 : 0o644)
  }

  /** Adds a folder of this machine with everything in it that `wanted` accepts (given paths inside the folder). */
  copyFolder(source: string, path: string, wanted: (inside: string) => boolean = () => true): void {
    for (const inside of readdirSync(source, { recursive: true, encoding: 'utf8' }).sort()) {
      if (wanted(inside) && lstatSync(join(source, inside)).isFile()) this.copy(join(source, inside), join(path, inside))
    }
  }

  symlink(path: string, target: string): void {
    this.entry(path, LINK_MODE, new TextEncoder().encode(target))
  }

  /** Adds a link of this machine as it is. */
  copySymlink(source: string): void {
    this.symlink(source, readlinkSync(source))
  }

  folder(path: string): void {
    this.entry(path, FOLDER_MODE, new Uint8Array(0))
  }

  characterDevice(path: string, major: number, minor: number): void {
    this.entry(path, DEVICE_MODE, new Uint8Array(0), major, minor)
  }

  /** The archive; nothing can be added afterwards. */
  finish(): Buffer {
    this.push(TRAILER, 0, new Uint8Array(0), 0, 0)
    return Buffer.concat(this.chunks)
  }

  private entry(path: string, mode: number, content: Uint8Array, major = 0, minor = 0): void {
    const name = path.replace(/^\/+/, '')
    if (this.names.has(name)) return
    this.names.add(name)
    const slash = name.lastIndexOf('/')
    if (slash > 0) this.folder(name.slice(0, slash))
    this.push(name, mode, content, major, minor)
  }

  private push(name: string, mode: number, content: Uint8Array, major: number, minor: number): void {
    const fields = [this.inode++, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length + 1, 0]
    const header = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}${name}\0`
    this.pad(Buffer.from(header, 'latin1'))
    this.pad(content)
  }

  private pad(bytes: Uint8Array): void {
    this.chunks.push(bytes)
    if (bytes.length % 4 > 0) this.chunks.push(new Uint8Array(4 - bytes.length % 4))
  }
}
