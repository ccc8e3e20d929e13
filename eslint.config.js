import stylistic from '@stylistic/eslint-plugin'
import tseslint from 'typescript-eslint'

/** What the interpreter of an Espruino-class board cannot run, or runs differently from Node. */
const boardSubset = [
  ['AssignmentPattern', 'No default values: the board\'s interpreter has none.'],
  ['RestElement', 'No rest parameters on the board.'],
  ['SpreadElement', 'No spread on the board.'],
  ['ObjectPattern', 'No destructuring on the board.'],
  ['ArrayPattern', 'No destructuring on the board.'],
  ['FunctionDeclaration[generator=true], FunctionExpression[generator=true]', 'No generators on the board.'],
  [':function[async=true], AwaitExpression', 'No async code on the board.'],
  ['ChainExpression', 'No optional chaining on the board.'],
  ['BinaryExpression[operator="**"], AssignmentExpression[operator="**="]', 'No ** on the board.'],
  ['LabeledStatement', 'No labels on the board.'],
  ['PropertyDefinition[value!=null][static=false]', 'Class fields are evaluated once for all instances on the board: assign in the constructor.'],
  ['PrivateIdentifier', 'No #private members on the board: use TypeScript\'s private.'],
  ['Literal[bigint]', 'No BigInt on the board.'],
  ['Literal[regex]', 'No regular expressions: the board\'s engine is too small to rely on.'],
  ['CallExpression > Super', 'No super on the board: prefer functions and composition.'],
  ['ClassDeclaration[superClass!=null], ClassExpression[superClass!=null]', 'No class inheritance on the board.'],
  ['AssignmentExpression[left.property.name="length"][right.type="Literal"]', 'The board throws when an array\'s length is assigned.'],
  ['SwitchCase[test=null]:not(:last-child)', 'A case after default fails on the board.'],
  ['Identifier[name=/^(Map|Set|WeakMap|WeakSet|Symbol|Promise|BigInt|Proxy|Reflect|Intl)$/]', 'The board does not have this object.'],
  ['MemberExpression[object.name="Math"][property.name=/^(trunc|imul|hypot|fround|clz32|cbrt|log2|log10|expm1|log1p|sinh|cosh|tanh)$/]', 'The board\'s Math does not have it.'],
  ['MemberExpression[object.name="Math"][property.name="round"]', 'The board rounds halves away from zero, and what is just below a half up: rounded() of #protocol.'],
  ['MemberExpression[object.name="Number"][property.name=/^is/]', 'The board\'s Number does not have it; isNaN() does.'],
  ['MemberExpression[object.name="Array"][property.name="from"]', 'The board\'s Array does not have it.'],
  ['MemberExpression[property.name=/^(flat|flatMap|at|findLast|copyWithin)$/]', 'The board\'s Array does not have it.'],
  ['MemberExpression[object.name="Object"][property.name=/^(freeze|entries|values|seal)$/]', 'The board\'s Object does not have it.'],
  [':matches(ForStatement, ForInStatement, ForOfStatement, WhileStatement) :matches(ArrowFunctionExpression, FunctionExpression)', 'Closures over a loop\'s variables share one variable on the board: move the body into a function.'],
].map(([selector, message]) => ({ selector, message }))

const moduleState = [
  ['Program > VariableDeclaration[kind=/let|var/], Program > ExportNamedDeclaration > VariableDeclaration[kind=/let|var/]', 'No module-level mutable state: eight hubs share one process. Hang it on createHub(hal).'],
].map(([selector, message]) => ({ selector, message }))

const injected = [
  ['MemberExpression[object.name="Date"][property.name="now"]', 'Time is injected: Kernel.now_ns or Hal.now().'],
  ['NewExpression[callee.name="Date"]', 'Time is injected: Kernel.now_ns or Hal.now().'],
  ['MemberExpression[object.name="performance"]', 'Time is injected: Kernel.now_ns or Hal.now().'],
  ['MemberExpression[object.name="Math"][property.name="random"]', 'Chance is injected: Kernel.prng(name) or Hal.random().'],
  ['CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask)$/]', 'Timers are injected: Kernel.timer or Hal.after.'],
].map(([selector, message]) => ({ selector, message }))

/** The simulator computes the same bits on every machine: the results of these differ between engines. */
const reproducible = [
  ['MemberExpression[object.name="Math"][property.name=/^(sin|cos|tan|asin|acos|atan|atan2|exp|expm1|log|log1p|log2|log10|pow|sinh|cosh|tanh|cbrt|hypot)$/]', 'Only + - * / and sqrt give the same bits on every engine.'],
  ['BinaryExpression[operator="**"]', 'Only + - * / and sqrt give the same bits on every engine.'],
].map(([selector, message]) => ({ selector, message }))

/** What runs in a browser, too. As `browserSafe` in .dependency-cruiser.cjs, which forbids Node's builtins there. */
const browserSafe = [
  'protocol/**/*.ts', 'firmware/**/*.ts', 'sim/{kernel,schema,trace,bus,power,plants,host,car,checkers,pinch,fuzz,live,diag}/**/*.ts',
  'sim/gateway/{browser,link,link-frame,actuation,counters}.ts', 'sim/gateway/logs/**/*.ts', 'sim/gateway/spine/codec/*.ts',
  'sim/gateway/{slcan,gvret}/{index,codec,reader,line-reader}.ts', 'sim/web/page/*.{ts,tsx}',
]
const notBrowserSafe = ['protocol/export/**', 'firmware/build/**', '**/testing/**', '**/*.test.ts']
const nodeGlobals = ['Buffer', 'process', 'global', 'require', 'module', '__dirname', '__filename', 'setImmediate', 'clearImmediate', 'NodeJS']
  .map(name => ({ name, message: 'Runs in a browser, too: it has no such thing.' }))

/** Where the rules that need types are on. */
const typeChecked = ['{protocol,firmware,sim,harness-tests}/**/*.ts', 'sim/web/page/*.tsx']
/** Rules of the set that make no sense here. */
const notHere = {
  // What implements an asynchronous interface may have nothing to wait for; a function that throws must reject.
  '@typescript-eslint/require-await': 'off',
}
const notInTests = {
  // Tests replace methods of fakes and look at those of an object.
  '@typescript-eslint/unbound-method': 'off',
}

const board = ['protocol/*.ts', 'firmware/**/*.ts']
const notBoard = ['firmware/build/**', 'firmware/testing/**', '**/*.test.ts']

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', 'dist/', '.traces/', 'build/'] },
  ...tseslint.configs.recommended,
  ...tseslint.configs.recommendedTypeCheckedOnly.map(config => ({ ...config, files: typeChecked })),
  { files: typeChecked, languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } }, rules: notHere },
  { files: ['**/*.test.ts'], rules: notInTests },
  stylistic.configs.customize({ indent: 2, quotes: 'single', semi: false, braceStyle: '1tbs', arrowParens: false }),
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@stylistic/max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
      '@stylistic/max-statements-per-line': ['error', { max: 2 }],
      '@stylistic/multiline-ternary': 'off',
      '@stylistic/operator-linebreak': ['error', 'before', { overrides: { '=': 'after', '+=': 'after' } }],
      '@stylistic/quote-props': ['error', 'as-needed'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'eqeqeq': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', {
        selector: 'MemberExpression[object.name=/^(it|test|describe|journey)$/][property.name=/^(only|todo)$/]',
        message: 'A test runs, or is skipped with a printed reason.',
      }],
    },
  },
  // A tag with its attributes is one line where it is one thought.
  { files: ['**/*.tsx'], rules: { '@stylistic/max-len': ['error', { code: 220, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }], '@stylistic/jsx-one-expression-per-line': 'off', '@stylistic/max-statements-per-line': 'off' } },
  { files: ['sim/web/page/texts.ts'], rules: { '@stylistic/max-len': 'off' } },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  { files: ['protocol/messages.generated.ts'], rules: { 'max-lines': 'off', '@stylistic/max-len': 'off' } },
  {
    files: ['protocol/**/*.ts', 'firmware/**/*.ts', 'sim/{kernel,bus,power,plants,host,car,checkers}/**/*.ts'],
    ignores: ['protocol/export/**', 'firmware/build/**', '**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...injected, ...reproducible] },
  },
  { files: browserSafe, ignores: notBrowserSafe, rules: { 'no-restricted-globals': ['error', ...nodeGlobals] } },
  { files: board, ignores: notBoard, rules: { 'no-restricted-syntax': ['error', ...injected, ...reproducible, ...boardSubset, ...moduleState] } },
  {
    files: board,
    ignores: notBoard,
    rules: { 'no-use-before-define': 'off', '@typescript-eslint/no-use-before-define': ['error', { functions: true, classes: true, variables: true, typedefs: false, ignoreTypeReferences: true }] },
  },
)
