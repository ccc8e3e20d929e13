import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { refusalsOf } from './refuse.ts'

/** Bodies of functions, and whether the interpreter does as the language says. Seen in 2v29. */
const CONSTRUCTS: readonly [body: string, same: boolean][] = [
  ['var fs=[];for(let i=0;i<3;i++)fs.push(function(){return i});return fs[0]()', false],
  ['var fs=[];for(const i of [1,2])fs.push(()=>i);return fs[0]()', false],
  ['var fs=[];for(var f=()=>4;fs.length<1;)fs.push(f);return fs[0]()', true],
  ['return g();function g(){return 5}', false], ['function g(){return 5}return g()', true],
  ['var h=function(){return g()};function g(){return 5}return h()', true],
  ['var a=[1,2];a.length=1;return a.join()', false], ['return [1,2].length', true],
  ['return Array.prototype.slice.call([1,2],1).join()', false], ['return [].slice.call([1,2],1).join()', true],
  ['return (function(a,b){return arguments.length})(1)', false],
  ['var a=1,b=2;[a,b]=[b,a];return a', false], ['var t=0,a;for([a] of [[1]])t+=a;return t', false], ['var a={length:1};a.length=2;return a.length', false],
  ['return (function(s){return s[0]})`x`', false], ['return `x${1}`', true],
  ['class A{static{this.q=3}}return A.q', false], ['class A{static q(){return 3}}return A.q()', true],
  ['return new.target===undefined', false], ['return typeof Reflect', false], ['return {Reflect:1}.Reflect', true], ['return typeof Symbol', false],
  ['return [].constructor==Map', false], ['return [3,4].reduceRight((a,b)=>a-b)', false], ['return [3,4].reduce((a,b)=>a-b)', true],
  ['return [3,4].lastIndexOf(4)', false], ['for(var a of [3,4].entries())return a[0]', false], ['return Object.entries({a:3})[0][1]', true],
  ['return Object.values({a:3})[0]', true], ['return Uint8Array.from([1]).length', false], ['return new Uint8Array([1]).length', true],
  ['return Number.parseFloat("1.5")', false], ['return parseFloat("1.5")', true], ['return Math.round(-2.5)', false], ['return Math.floor(-2.5)', true],
  ['return "ab".replace("a",function(){return "z"})', false], ['return "ab".replace("a","z")', true], ['return "ab".search("b")', false],
  ['var a=0;a||=3;return a', false], ['return 2**3', false], ['return null??5', true], ['return {a:1}?.a', false],
]

describe('a construct', () => {
  it.each(CONSTRUCTS)('%s is refused where the interpreter does otherwise', (body, same) => {
    expect(refusalsOf('x.ts', `let z = () => {\n${body}\n}`).map(({ line }) => line).slice(0, 1)).toEqual(same ? [] : [2])
  })

  it.skipIf(process.env['ESPRUINO_BIN'] === undefined)('is done by the real interpreter as it is told here', () => {
    const folder = mkdtempSync(join(tmpdir(), 'espruino-'))
    const evaluated = (body: string): string => `eval(${JSON.stringify(`(function(){${body}})()`)})`
    const guarded = (body: string): string => `(function(){try{return ''+${evaluated(body)}}catch(e){return '?'}})()`
    const all = CONSTRUCTS.map(([body]) => `found.push(${guarded(body)});`).join('\n')
    writeFileSync(join(folder, 'a.js'), `var found=[];\n${all}\nrequire('fs').writeFileSync('out',JSON.stringify(found));quit()`)
    spawnSync(process.env['ESPRUINO_BIN']!, ['a.js'], { cwd: folder, stdio: 'ignore', timeout: 20_000 })
    const found = JSON.parse(readFileSync(join(folder, 'out'), 'latin1')) as unknown[]
    rmSync(folder, { recursive: true })
    // What is refused by its shape alone: the length of what is no array.
    const harmless = ['var a={length:1};a.length=2;return a.length']
    const same = (body: string, i: number): boolean => !harmless.includes(body) && found[i] === runInNewContext(guarded(body))
    expect(CONSTRUCTS.map(([body], i) => [body, same(body, i)])).toEqual(CONSTRUCTS)
  })
})
