import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** Folders whose modules a board may run. */
const BOARD_FOLDERS = ['protocol', 'firmware']
const HOST_ONLY = /(^|\/)(catalogue|export|messages|host|testing|boards)\/|\.test\.ts$/

/** Every source that may become part of an artefact, as the compiler reads it: once, for all that look at it. */
export class BoardSources {
  readonly program: ts.Program
  /** By their paths from the root of the checkout. */
  readonly files: ReadonlyMap<string, ts.SourceFile>

  constructor(root: string) {
    const { options } = ts.parseJsonConfigFileContent({ extends: join(root, 'tsconfig.json') }, ts.sys, root)
    delete options.tsBuildInfoFile
    const paths = BOARD_FOLDERS.flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter(name => name.endsWith('.ts') && !HOST_ONLY.test(name)))
    this.program = ts.createProgram(paths.map(path => join(root, path)), { ...options, incremental: false })
    this.files = new Map(paths.map(path => [path, this.program.getSourceFile(join(root, path))!]))
  }
}
