// eslint-disable-next-line @typescript-eslint/no-require-imports
const { readdirSync } = require('node:fs')

/** Which folder may import which: protocol ← firmware ← sim ← harness-tests, and the layers inside sim. Folders are entered by their doors. */
const layer = (name, from, to, comment) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: to } })
const test = '[.]test[.]ts$'

/** What runs in a browser, too: the page has the same car, judges, codecs and readers of logs. */
const browserSafe = [
  'protocol/(?!export/)', 'firmware/(?!build/|testing/)',
  'sim/(kernel|schema|markup|trace|bus|power|body|plan|plants|host|car|checkers|pinch|fuzz|fmea|live|diag|check)/(?!testing/)',
  'sim/gateway/(browser|link|link-frame|actuation|counters)[.]ts$', 'sim/gateway/logs/(?!testing/)', 'sim/gateway/spine/codec/',
  'sim/gateway/(slcan|gvret)/(index|codec|reader|line-reader)[.]ts$', 'sim/web/page/',
].map(path => `^${path}`).join('|')

/** Every folder below `parent`, itself included. */
const foldersOf = parent => [parent, ...readdirSync(parent, { withFileTypes: true }).filter(entry => entry.isDirectory())
  .flatMap(entry => foldersOf(`${parent}/${entry.name}`))]
/** The rooms of the command line have no doors of their own: each command loads only what it needs. */
const doors = ['protocol', 'firmware', 'sim'].flatMap(foldersOf).filter(folder => !folder.startsWith('sim/cli'))
  .map(folder => ({
    name: `door-of-${folder}`, severity: 'error', comment: 'a folder is entered through its index.ts, or through browser.ts by what runs in browsers; what is loaded when it is needed may be named',
    from: { path: `^(?!${folder}/)` }, to: { path: `^${folder}/(?!(index|browser)[.]ts$)[^/]+[.]tsx?$`, dynamic: false },
  }))

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-type-cycles', severity: 'error', comment: 'those of types only too', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved', severity: 'error', comment: 'socketcan is optional: npm leaves it out where it cannot be built',
      from: { pathNot: '^firmware/boards/moddable/(main|sampler)[.]ts$' }, to: { couldNotResolve: true, pathNot: '^socketcan$' },
    },
    layer('protocol-is-the-ground', '^protocol/', '^(firmware|sim|harness-tests)/', 'protocol imports nothing of ours'),
    layer('firmware-knows-protocol-only', '^firmware/', '^(sim|harness-tests)/', 'firmware runs on a board'),
    layer('sim-is-below-its-tests', '^sim/', '^harness-tests/', 'the tests judge sim'),
    {
      name: 'boards-use-no-packages', severity: 'error', comment: 'a board has neither npm packages nor Node',
      from: { path: '^(protocol|firmware)/', pathNot: [test, '^protocol/(export|messages|host)/', '^firmware/(build|testing)/'] },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'] },
    },
    {
      name: 'boards-use-no-host-code', severity: 'error', comment: 'exports and the table of rows are for the host',
      from: { path: '^(protocol|firmware)/', pathNot: [test, '^protocol/(export|messages|host|catalogue|vss)/', '^firmware/(build|testing)/'] },
      to: {
        path: '^protocol/(export|messages|host|catalogue|vss)/|^firmware/(build|testing)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    { ...layer('kernel-is-the-ground-of-sim', '^sim/kernel/', '^(sim/(?!kernel/)|firmware|protocol)', 'time and chance know nothing of cars') },
    layer('schema-knows-no-car', '^sim/schema/', '^(sim/(?!schema/)|firmware)', 'schemas know fields, no cars'),
    layer('markup-knows-no-car', '^sim/markup/', '^(sim/(?!markup/)|firmware|protocol)', 'markup is made of texts'),
    layer('trace-knows-no-producer', '^sim/trace/', '^(sim/(?!trace/)|firmware)', 'events know nothing of who tells them'),
    layer('bus-on-trace', '^sim/bus/', '^(sim/(?!kernel/|schema/|trace/|bus/)|firmware)', 'the bus knows frames'),
    layer('power-on-trace', '^sim/power/', '^(sim/(?!kernel/|schema/|trace/|power/)|firmware)', 'the copper knows volts'),
    layer('body-on-schema', '^sim/body/', '^(sim/(?!schema/|body/)|firmware|protocol)', 'the body knows places and lines'),
    layer('plants-on-trace', '^sim/plants/', '^(sim/(?!kernel/|trace/|plants/)|firmware)', 'plants know pins and physics'),
    layer('host-below-car', '^sim/host/', '^sim/(?!kernel/|trace/|bus/|power/|plants/|host/)', 'the host boots one image'),
    layer('car-below-tools', '^sim/car/', '^sim/(?!kernel/|schema/|trace/|bus/|power/|body/|plants/|host/|car/)', 'the car knows no tool'),
    layer('gateway-knows-links', '^sim/gateway/', '^(firmware|sim/(?!gateway/))', 'the gateway works without a car'),
    {
      name: 'browsers-have-no-node', severity: 'error', comment: 'no builtins of Node in what runs in a browser; lint looks for its globals',
      from: { path: browserSafe, pathNot: test }, to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-safe-on-browser-safe', severity: 'error', comment: 'what runs in a browser imports only what does, but for types',
      from: { path: browserSafe, pathNot: test },
      to: { path: '^(protocol|firmware|sim|harness-tests)/', pathNot: browserSafe, dependencyTypesNot: ['type-only'] },
    },
    layer('diag-knows-links', '^sim/diag/', '^(firmware|sim/(?!gateway/|diag/))', 'diagnosis works without a simulator'),
    layer('mqtt-on-diag', '^sim/mqtt/', '^(firmware|sim/(?!gateway/|diag/|mqtt/))', 'a broker works without a simulator'),
    layer('rvc-on-diag', '^sim/rvc/(?!.*[.]test[.]ts$)', '^(firmware|sim/(?!schema/|gateway/|diag/|rvc/))', 'RV-C works without a simulator'),
    layer('plan-on-car', '^sim/plan/(?!.*[.]test[.]ts$)', '^(firmware/(?!boards/)|sim/(?!schema/|markup/|power/|body/|car/|plan/))', 'a plan is computed from the car as data, and the table of boards'),
    layer('check-knows-copper', '^sim/check/(?!trial/|.*[.]test[.]ts$)', '^(firmware|sim/(?!kernel/|schema/|markup/|power/|check/))', 'a check knows the copper and frames, no car'),
    layer('fuzz-on-car', '^sim/fuzz/', '^(firmware|sim/(cli|web|bench|diag)/)', 'random runs know the car, its tolerances and its judges, no tool'),
    layer('fmea-on-fuzz', '^sim/fmea/', '^(firmware|sim/(cli|web|bench)/)', 'faults and functions know the car, its judges and what it says, no tool'),
    layer('web-on-live', '^sim/web/', '^(firmware|sim/(cli|bench|pinch)/)', 'the page knows the car and links, no tool'),
    layer('live-on-car', '^sim/live/', '^(firmware|sim/(cli|web|bench|diag|pinch)/)', 'a car in real time knows no tool'),
    layer('checkers-apart-from-the-judged', '^sim/checkers/', '^(firmware|sim/(?!trace/|checkers/))', 'judges read the trace only'),
    ...doors,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] },
  },
}
