/** Which folder may import which: protocol ← firmware ← sim ← harness-tests, and the layers inside sim. */
const layer = (name, from, to, comment) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: to } })
const test = '[.]test[.]ts$'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-type-cycles', severity: 'error', comment: 'those of types only too', from: { pathNot: '^sim/gateway/' }, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: { pathNot: '^sim/cli/bin/' }, to: { couldNotResolve: true } },
    layer('protocol-is-the-ground', '^protocol/', '^(firmware|sim|harness-tests)/', 'protocol imports nothing of ours'),
    layer('firmware-knows-protocol-only', '^firmware/', '^(sim|harness-tests)/', 'firmware runs on a board'),
    layer('sim-is-below-its-tests', '^sim/', '^harness-tests/', 'the tests judge sim'),
    {
      name: 'boards-use-no-packages', severity: 'error', comment: 'a board has neither npm packages nor Node',
      from: { path: '^(protocol|firmware)/', pathNot: [test, '^protocol/(export|messages)(/|[.]ts)', '^firmware/(build|testing)/'] },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'] },
    },
    {
      name: 'boards-use-no-host-code', severity: 'error', comment: 'exports and the table of rows are for the host',
      from: { path: '^(protocol|firmware)/', pathNot: [test, '^protocol/(export/|messages(/|[.]ts)|index[.]ts|catalogue/(?!enums|locations))', '^firmware/(build|testing)/'] },
      to: {
        path: '^protocol/(export/|messages(/|[.]ts)|index[.]ts|catalogue/(?!enums|locations))|^firmware/(build|testing)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    { ...layer('kernel-is-the-ground-of-sim', '^sim/kernel/', '^(sim/(?!kernel/)|firmware|protocol)', 'time and chance know nothing of cars') },
    layer('schema-knows-no-car', '^sim/schema/', '^(sim/(?!schema/)|firmware)', 'schemas know fields, no cars'),
    layer('trace-knows-no-producer', '^sim/trace/', '^(sim/(?!trace/)|firmware)', 'events know nothing of who tells them'),
    layer('bus-on-trace', '^sim/bus/', '^(sim/(?!kernel/|schema/|trace/|bus/)|firmware)', 'the bus knows frames'),
    layer('power-on-trace', '^sim/power/', '^(sim/(?!kernel/|schema/|trace/|power/)|firmware)', 'the copper knows volts'),
    layer('plants-on-trace', '^sim/plants/', '^(sim/(?!kernel/|trace/|plants/)|firmware)', 'plants know pins and physics'),
    layer('host-below-car', '^sim/host/', '^sim/(?!kernel/|trace/|bus/|power/|plants/|host/)', 'the host boots one image'),
    layer('car-below-tools', '^sim/car/', '^sim/(?!kernel/|schema/|trace/|bus/|power/|plants/|host/|car/)', 'the car knows no tool'),
    layer('gateway-knows-links', '^sim/gateway/', '^(firmware|sim/(?!gateway/))', 'the gateway works without a car'),
    layer('diag-knows-links', '^sim/diag/', '^(firmware|sim/(?!gateway/|diag/))', 'diagnosis works without a simulator'),
    layer('fuzz-on-car', '^sim/fuzz/', '^(firmware|sim/(cli|web|bench|diag|pinch)/)', 'random runs know the car and its judges, no tool'),
    layer('checkers-apart-from-the-judged', '^sim/checkers/', '^(firmware|sim/(?!trace/|checkers/))', 'judges read the trace only'),
    layer('trace-has-one-door', '^(?!sim/trace/)', '^sim/trace/(?!index[.]ts)', 'events are imported from sim/trace/index.ts'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js', '.json'] },
  },
}
