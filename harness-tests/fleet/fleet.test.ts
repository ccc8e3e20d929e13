import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LAUNCHER } from '#sim/cli/testing/spine-process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { SlurmCluster } from './slurm-cluster.ts'

const CAMPAIGN = ['--runs', '6', '--seed', '9', '--for', '12s', '--nights', '0']
/** Busy machines are slow; a quiet one takes 30 s for all of this. */
const LIMIT_ms = 600_000
const recipe = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Ended { readonly code: number, readonly out: string }

/** Ends with its exit code, never with an exception. */
async function command(words: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  try {
    const options = { cwd: folder, env: { ...process.env, ...env }, timeout: LIMIT_ms }
    const { stdout, stderr } = await promisify(execFile)(words[0]!, words.slice(1), options)
    return { code: 0, out: stdout + stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number, stdout?: string, stderr?: string }
    return { code: typeof code === 'number' ? code : -1, out: `${stdout}${stderr}${String(error)}` }
  }
}

const spine = (words: readonly string[], folder: string, env?: NodeJS.ProcessEnv): Promise<Ended> =>
  command([process.execPath, LAUNCHER, ...words], folder, env)
/** The end of a report: what was run, and the sum of the digests of all runs. */
const digestOf = (report: string): string => /\d+ of \d+ runs, .*/.exec(report)?.[0].replace(/ in .* events/, ' events') ?? report

describe('a campaign on many machines', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'spine-fleet-'))
  let whole = ''
  const folder = (name: string): string => {
    mkdirSync(path.join(root, name))
    return path.join(root, name)
  }
  const merged = async (at: string): Promise<Ended> =>
    spine(['fuzz', '--merge', ...readdirSync(at).filter(name => /^share-.*\.json$/.test(name))], at)

  beforeAll(async () => {
    const one = await spine(['fuzz', ...CAMPAIGN], folder('one'))
    expect(one.code, one.out).toBe(0)
    whole = digestOf(one.out)
  }, LIMIT_ms)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('as an indexed job of Kubernetes finds what one machine finds, and a pod that is missing is named', async () => {
    const at = folder('kubernetes')
    const { kind, spec } = parse(readFileSync(recipe('kubernetes.yaml'), 'utf8')) as Job
    expect([kind, spec.completionMode, spec.template.spec.restartPolicy]).toEqual(['Job', 'Indexed', 'Never'])
    const [{ command: program, args, env, workingDir, volumeMounts }] = spec.template.spec.containers
    expect(program).toEqual(['spine'])
    expect(volumeMounts[0]!.mountPath).toBe(workingDir)
    expect(spec.template.spec.volumes.map(volume => volume.name)).toEqual(volumeMounts.map(volume => volume.name))
    expect(env[0]).toMatchObject({ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: expect.stringContaining('job-completion-index') as unknown } } })
    expect(args).toContain(`auto/${spec.completions}`)
    const pod = async (index: number): Promise<void> => {
      const words = args.map(word => word.replaceAll('$(JOB_COMPLETION_INDEX)', String(index)))
      const done = await spine(smaller(words), at, { JOB_COMPLETION_INDEX: String(index) })
      expect(done.code, done.out).toBe(0)
    }
    for (let index = 1; index < spec.completions; index++) await pod(index)
    const short = await merged(at)
    expect([short.code, short.out]).toEqual([1, expect.stringContaining(`1 of 6 runs are missing, of share 1/${spec.completions}`)])
    await pod(0)
    expect(digestOf((await merged(at)).out)).toBe(whole)
  }, LIMIT_ms)

  it('as a matrix of a CI finds what one machine finds', async () => {
    const at = folder('matrix')
    const { jobs } = parse(readFileSync(recipe('github-actions.yml'), 'utf8')) as Workflow
    const script = (job: keyof Workflow['jobs']): string => jobs[job].steps.map(step => step.run ?? '').find(text => text.startsWith('npx spine'))!
    const { shard: shards } = jobs.share.strategy.matrix
    for (const shard of shards) {
      const words = script('share').replaceAll('${{ matrix.shard }}', String(shard)).split(' ').slice(2)
      expect(words).toContain(`${shard}/${shards.length}`)
      const done = await spine(smaller(words), at)
      expect(done.code, done.out).toBe(0)
    }
    expect(jobs.merge).toMatchObject({ needs: 'share', if: 'always()' })
    const report = await command(['sh', '-c', script('merge').replace('npx spine', `'${process.execPath}' '${LAUNCHER}'`)], at)
    expect([report.code, digestOf(report.out)]).toEqual([0, whole])
  }, LIMIT_ms)

  const slurm = ['slurmctld', 'slurmd', 'sbatch'].every(program => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0)
  if (!slurm && process.env['CI'] !== 'true') console.warn('skipped: Slurm is not here (Debian: apt install slurmctld slurmd slurm-client)')

  describe.skipIf(!slurm && process.env['CI'] !== 'true')('of Slurm', () => {
    let cluster: SlurmCluster
    beforeAll(async () => {
      cluster = await SlurmCluster.start(folder('cluster'))
    }, LIMIT_ms)
    afterAll(() => cluster?.stop())

    it('finds what one machine finds', async () => {
      const at = folder('slurm')
      const env = { ...cluster.environment, SPINE: `${process.execPath} ${LAUNCHER}` }
      const report = await command(['sh', recipe('slurm.sh'), '3', ...CAMPAIGN], at, env)
      expect(report.code, report.out + cluster.log()).toBe(0)
      expect(digestOf(report.out)).toBe(whole)
      expect(readdirSync(at).filter(name => name.endsWith('.json')).sort()).toEqual(['share-1.json', 'share-2.json', 'share-3.json'])
    }, LIMIT_ms)
  })
})

/** The recipe's command with a campaign that a test has time for. */
function smaller(words: readonly string[]): string[] {
  const own = words.filter((word, i) => !['--runs', '--seed'].includes(word) && !['--runs', '--seed'].includes(words[i - 1]!))
  expect(own.length).toBe(words.length - 4)
  return [...own, ...CAMPAIGN]
}

interface Job {
  readonly kind: string
  readonly spec: {
    readonly completions: number
    readonly completionMode: string
    readonly template: { readonly spec: {
      readonly restartPolicy: string
      readonly volumes: readonly { readonly name: string }[]
      readonly containers: readonly [{
        readonly command: readonly string[]
        readonly args: readonly string[]
        readonly workingDir: string
        readonly env: readonly unknown[]
        readonly volumeMounts: readonly { readonly name: string, readonly mountPath: string }[]
      }]
    } }
  }
}

interface Step { readonly run?: string }

interface Workflow {
  readonly jobs: {
    readonly share: { readonly steps: readonly Step[], readonly strategy: { readonly matrix: { readonly shard: readonly number[] } } }
    readonly merge: { readonly steps: readonly Step[] }
  }
}
