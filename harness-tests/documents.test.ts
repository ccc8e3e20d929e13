import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '#sim/cli/registry.ts'
import { fakeTerminal } from '#sim/cli/testing/fake-terminal.ts'
import { LOG_FORMATS, SCHEMES } from '#sim/gateway/index.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ROOMS = ['protocol', 'firmware', 'sim', 'harness-tests']
/** Where "the way of one press" and "the way of one ampere" are told. */
const ARCHITECTURE = 'firmware/README.md'

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const filesBelow = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`)
const FILES = new Set(ROOMS.flatMap(filesBelow))
const DOCUMENTS = ['README.md', ...[...FILES].filter(file => file.endsWith('.md'))]

/** Without blocks of code. */
const prose = (text: string): string => text.replace(/^```[^]*?^```/gm, '')
const blocks = (text: string): string[] => [...text.matchAll(/^```(?:sh|bash)\n([^]*?)^```/gm)].map(match => match[1]!)
const spans = (text: string): string[] => [...prose(text).matchAll(/`([^`\n]+)`/g)].map(match => match[1]!)
const links = (text: string): string[] => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!)
/** As GitHub names a heading in an address. */
const anchors = (text: string): string[] =>
  [...prose(text).matchAll(/^#+ (.*)$/gm)].map(match => match[1]!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'))

/** Whether a link leads somewhere: to a file or folder, and to a heading of it. */
function resolves(document: string, link: string): boolean {
  const [file, anchor] = link.split('#') as [string, string?]
  const target = file === '' ? document : path.join(path.dirname(document), file)
  if (!existsSync(path.join(ROOT, target))) return false
  return anchor === undefined || anchors(read(target)).includes(anchor)
}

/** What looks like the path of a file or folder of ours, not like a user's own file. */
const OURS = /^(?:(?:protocol|firmware|sim|harness-tests|\.ci)\/[\w./-]*|[\w./-]+\.(?:ts|md|py|sh|yml|yaml|cjs|proto))$/

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document)

  it('has links that lead somewhere', () => {
    expect(links(text).filter(link => !/^(https?|mailto):/.test(link) && !resolves(document, link))).toEqual([])
  })

  it('names files that there are', () => {
    const gone = spans(text).filter(span => OURS.test(span))
      .filter(span => !existsSync(path.join(ROOT, path.dirname(document), span)) && !existsSync(path.join(ROOT, span)))
    expect(gone).toEqual([])
  })

  it('tells each folder beside it, and with a table of files each of them', () => {
    const folder = path.dirname(document)
    const here = folder === '.' ? ROOMS : readdirSync(path.join(ROOT, folder)).filter(name => !/\.test\.ts$|^index\.ts$/.test(name))
    const told = here.filter(name => /\.ts$/.test(name) ? /^\| files? \|/m.test(text) : !path.extname(name))
    const words = [...spans(text), ...links(text)].flatMap(word => word.split('#')[0]!.split('/')).map(word => word.replace('*', ''))
    expect(document.endsWith('README.md') ? told.filter(name => !words.includes(name)) : []).toEqual([])
  })

  it('has command lines that can be typed, and mentions commands and options that there are', async () => {
    const typed = commandLines(blocks(text).flatMap(block => block.split('\n'))).map(line => ({ line, sketch: false }))
    const mentioned = commandLines(spans(text)).map(line => ({ line, sketch: true }))
    const wrong: string[] = []
    for (const { line, sketch } of [...typed, ...mentioned]) {
      const problem = await problemOf(line, sketch)
      if (problem !== undefined) wrong.push(`${line}: ${problem}`)
    }
    expect(wrong).toEqual([])
    // The first document loads all commands.
  }, 120_000)
})

/** The command lines of some lines, one program each. */
const commandLines = (lines: readonly string[]): string[] =>
  lines.flatMap(line => line.replace(/\s+#.*$/, '').split(/&&|\||>/)).map(part => part.trim()).filter(part => /^(npx|npm run|spine) /.test(part))

/** Words as a shell makes them of a line: quotes keep blanks together. */
const words = (line: string): string[] => [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(match => match[0].replace(/['"]/g, ''))

async function problemOf(line: string, sketch: boolean): Promise<string | undefined> {
  const [program, name = '', ...rest] = words(line)
  if (program === 'npm') return SCRIPTS.includes(rest[0]!) ? undefined : `package.json has no script ${rest[0]}`
  if (program === 'spine') return spineProblem(name, rest, sketch)
  if (name === 'spine') return spineProblem(rest[0], rest.slice(1), sketch)
  if (name !== 'vitest') return undefined
  return rest.slice(1).filter(word => ROOMS.includes(word.split('/')[0]!)).map(word => [...FILES].some(file => file.startsWith(word)) ? undefined : `no tests in ${word}`).find(Boolean)
}

const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)

/** Why the command line tool would refuse what was typed. Of a `sketch`, in prose, its name and its options count. */
async function spineProblem(name: string | undefined, argv: readonly string[], sketch: boolean): Promise<string | undefined> {
  if (name === undefined || /^[<-]/.test(name)) return undefined
  const entry = COMMANDS.find(each => each.name === name)
  if (entry === undefined) return 'there is no such command'
  const command = new Command(name).exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  ;(await entry.load()).define(command, fakeTerminal())
  if (sketch) {
    const known = ['--help', ...command.options.map(option => option.long)]
    return argv.filter(word => word.startsWith('--') && !known.includes(word)).map(word => `has no option ${word}`)[0]
  }
  try {
    command.action(() => undefined).parse([...argv], { from: 'user' })
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? undefined : (error as Error).message
  }
  return undefined
}

describe('the README', () => {
  const text = read('README.md')
  const first = (line: string): string => /^\| `([^`]*)`/.exec(line)?.[1] ?? ''
  const rows = text.split('\n')

  it('tells every command once, in the order of the help', () => {
    const told = rows.map(first).filter(cell => cell.startsWith('spine ')).map(cell => cell.split(' ')[1])
    expect(told).toEqual(COMMANDS.map(entry => entry.name))
  })

  it('tells every kind of link, and every kind of log', () => {
    expect(Object.keys(SCHEMES).filter(scheme => !rows.some(row => row.startsWith('| `') && row.includes(`\`${scheme}:`)))).toEqual([])
    const log = rows.find(row => row.startsWith('| `file:'))!
    expect(LOG_FORMATS.filter(format => !log.includes(format.name) && !format.endings.some(ending => log.includes(`\`${ending}\``)))).toEqual([])
  })

  it('tells the test command that CI runs', () => {
    expect(text).toContain('npm ci && npm test ')
    expect(read('.ci/run')).toMatch(/^npm test /m)
  })
})

/** The doors: whoever imports one reaches what it exports. */
const isDoor = (file: string): boolean => path.basename(file) === 'index.ts'

const imported = new Map<string, readonly string[]>()

/** Files of ours that a file imports; through a door, what it exports, too. */
function importsOf(file: string): readonly string[] {
  const known = imported.get(file)
  if (known !== undefined) return known
  const direct = ts.preProcessFile(read(file)).importedFiles.map(({ fileName }) => fileName)
    .filter(name => /^[.#]/.test(name)).map(name => name.startsWith('#') ? name.slice(1) : path.join(path.dirname(file), name))
  const all = direct.flatMap(each => isDoor(each) ? [each, ...importsOf(each)] : [each])
  imported.set(file, all)
  return all
}

describe.each(['The way of one press', 'The way of one ampere'])('%s', (title) => {
  const section = read(ARCHITECTURE).split(/^## /m).find(part => part.startsWith(`${title}\n`)) ?? ''
  const way = [...section.matchAll(/^\d+\. \[[^\]]*\]\(([^)]+)\)/gm)].map(match => path.join(path.dirname(ARCHITECTURE), match[1]!))

  it('has steps, each of them a file, and none twice', () => {
    expect(way.length).toBeGreaterThan(10)
    expect(way.filter(file => !statSync(path.join(ROOT, file)).isFile())).toEqual([])
    expect(way.filter((file, n) => way.indexOf(file) !== n)).toEqual([])
  })

  it('opens no file that none of those before imports, or is imported by', () => {
    const joined = (one: string, other: string): boolean => importsOf(one).includes(other) || importsOf(other).includes(one)
    expect(way.filter((file, n) => n > 0 && !way.slice(0, n).some(before => joined(before, file)))).toEqual([])
  })
})
