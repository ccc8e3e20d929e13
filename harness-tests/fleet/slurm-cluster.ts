import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, userInfo } from 'node:os'
import path from 'node:path'

const START_ms = 90_000
const LOOK_ms = 200

/** A Slurm cluster of one node on loopback, all of it in one folder, as this user: no root, no munge, no cgroups. */
export class SlurmCluster {
  /** For sbatch and its like. */
  readonly environment: { readonly SLURM_CONF: string }
  private readonly folder: string
  private readonly daemons: readonly ChildProcess[]
  private problem = ''

  static async start(folder: string): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(folder, await freePort(), await freePort())
    const deadline_ms = performance.now() + START_ms
    while (!cluster.ready()) {
      if (performance.now() > deadline_ms) {
        await cluster.stop()
        throw new Error(`Slurm does not start:\n${cluster.log()}`)
      }
      await new Promise(resolve => setTimeout(resolve, LOOK_ms))
    }
    return cluster
  }

  private constructor(folder: string, controllerPort: number, nodePort: number) {
    this.folder = folder
    this.environment = { SLURM_CONF: path.join(folder, 'slurm.conf') }
    for (const name of ['state', 'spool']) mkdirSync(path.join(folder, name))
    writeFileSync(this.environment.SLURM_CONF, configuration(folder, controllerPort, nodePort))
    this.daemons = ['slurmctld', 'slurmd'].map((name) => {
      const daemon = spawn(name, ['-D', '-f', this.environment.SLURM_CONF], { env: { ...process.env, ...this.environment }, stdio: 'ignore' })
      return daemon.on('error', error => this.problem += `${error.message}\n`)
    })
  }

  /** What both daemons said. */
  log(): string {
    return this.problem + ['slurmctld', 'slurmd'].map((name) => {
      try {
        return `${name}:\n${readFileSync(path.join(this.folder, `${name}.log`), 'utf8')}`
      } catch {
        return `${name} said nothing`
      }
    }).join('\n')
  }

  /** Ends both daemons, these and no others. */
  async stop(): Promise<void> {
    await Promise.all(this.daemons.map(daemon => new Promise<void>((resolve) => {
      if (daemon.exitCode !== null || daemon.signalCode !== null || daemon.pid === undefined) return resolve()
      daemon.once('exit', () => resolve())
      daemon.kill()
    })))
  }

  private ready(): boolean {
    const { stdout } = spawnSync('sinfo', ['-h', '-o', '%T'], { env: { ...process.env, ...this.environment }, encoding: 'utf8', timeout: 5000 })
    return stdout?.trim() === 'idle'
  }
}

function configuration(folder: string, controllerPort: number, nodePort: number): string {
  const node = hostname().split('.')[0]!
  const { username: user } = userInfo()
  return `${[
    'ClusterName=spine', `SlurmctldHost=${node}(127.0.0.1)`, `SlurmctldPort=${controllerPort}`, `SlurmdPort=${nodePort}`,
    'AuthType=auth/none', 'CredType=cred/none', `SlurmUser=${user}`, `SlurmdUser=${user}`, 'MpiDefault=none',
    `StateSaveLocation=${folder}/state`, `SlurmdSpoolDir=${folder}/spool`,
    ...['slurmctld', 'slurmd'].flatMap((name) => {
      const key = name === 'slurmd' ? 'Slurmd' : 'Slurmctld'
      return [`${key}PidFile=${folder}/${name}.pid`, `${key}LogFile=${folder}/${name}.log`]
    }),
    // No cgroups: containers have none to give.
    'ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'JobAcctGatherType=jobacct_gather/none',
    'SelectType=select/cons_tres', 'SelectTypeParameters=CR_CPU', 'SchedulerType=sched/builtin', 'SlurmdParameters=config_overrides', 'ReturnToService=2',
    `NodeName=${node} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN`, 'PartitionName=all Nodes=ALL Default=YES State=UP',
  ].join('\n')}\n`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')))
    })
  })
}
