import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from './folder.ts'

describe('a folder that is made', () => {
  let root: string
  beforeEach(() => { root = mkdtempSync(path.join(tmpdir(), 'spine-folder-')) })
  afterEach(() => rmSync(root, { recursive: true }))

  it('comes with all above it, and may be there', () => {
    const folder = path.join(root, 'a/b/c')
    makeFolder(folder)
    makeFolder(folder)
    makeFolder(`${folder}/`)
    expect(statSync(folder).isDirectory()).toBe(true)
  })

  it.each(['file', 'file/below', 'file/below/it'])('is none at %s, which is a file, or below one', (name) => {
    writeFileSync(path.join(root, 'file'), '')
    expect(() => makeFolder(path.join(root, name))).toThrow(/EEXIST|ENOTDIR/)
  })

  it('is none where a link leads nowhere', () => {
    symlinkSync(path.join(root, 'nowhere'), path.join(root, 'link'))
    expect(() => makeFolder(path.join(root, 'link/below'))).toThrow('ENOENT')
  })

  it.skipIf(!existsSync('/proc/self'))('is none where the system has no place for one: it says so instead of trying for ever', () => {
    expect(() => makeFolder('/proc/spine')).toThrow('ENOENT')
    expect(() => makeFolder('/proc/spine/below')).toThrow('ENOENT')
  })
})
