// Whether a program does what a case says: JavaScript in the page's own sandbox, Python by the machine's python3 with no time,
// memory or files to spare.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import glue from '@jitl/quickjs-wasmfile-release-sync/emscripten-module';
import { codeOf, errorLine } from '../../www/agent/code/failure.js';
import { loadInterpreter, runProgram } from '../../www/agent/code/sandbox.js';

/** @typedef {import('../run-code.mjs').Check} Check */
/** @typedef {{expression: string, want: string, got?: string, error?: string, ok: boolean}} Result */

const TIME = 10_000; // ms
const MARK = '\u0001result ';
const FENCES = { python: /^(python|py|python3)$/i, javascript: /^(javascript|js|mjs|node)$/i };

/** A model's answer without what is around its program. @param {string} answer @param {'python' | 'javascript'} language */
export const programOf = (answer, language) => codeOf(answer, FENCES[language])?.code ?? answer;

/** @param {string} code @param {Check[]} checks */
const javascript = (code, checks) => `${code.replace(/^export (default )?/gm, '')}
;(() => {
  const write = (value) => (value === undefined ? 'undefined' : JSON.stringify(value));
  const sorted = (value) => value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : Array.isArray(value) ? value.map(sorted) : value;
  for (const [expression, want] of ${JSON.stringify(checks)}) {
    const result = { expression, want };
    try {
      const got = eval('(' + expression + ')');
      result.got = write(got);
      result.ok = write(sorted(got)) === write(sorted(eval('(' + want + ')')));
    } catch (error) {
      result.error = String(error);
      result.ok = false;
    }
    console.log(${JSON.stringify(MARK)} + JSON.stringify(result));
  }
})();`;

const PYTHON = `
import json, sys, io
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
except (ImportError, ValueError):
    pass
given = json.loads(sys.stdin.read())
out, sys.stdout, sys.stdin = sys.stdout, io.StringIO(), io.StringIO()
space = {'__name__': 'program'}
fault = None
try:
    exec(compile(given['code'], 'program.py', 'exec'), space)
except BaseException as error:
    line = getattr(error, 'lineno', None)
    step = error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == 'program.py':
            line = step.tb_lineno
        step = step.tb_next
    fault = f'{type(error).__name__}: {error}' + (f' (line {line})' if line else '')
for expression, want in given['checks']:
    result = {'expression': expression, 'want': want, 'ok': False}
    if fault:
        result['error'] = fault
    else:
        try:
            got = eval(expression, space)
            result['got'] = repr(got)[:300]
            result['ok'] = bool(type(got) == type(eval(want)) and got == eval(want))
        except BaseException as error:
            result['error'] = f'{type(error).__name__}: {error}'
    print(json.dumps(result), file=out)
`;

/** @param {string} code @param {Check[]} checks @returns {Promise<string[]>} lines of JSON */
function python(code, checks) {
  const child = spawn('python3', ['-I', '-S', '-c', PYTHON], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: TIME,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => {}); // it may have ended already
  child.stdin.end(JSON.stringify({ code, checks }));
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(out.split('\n').filter(Boolean)));
  });
}

/** @param {'python' | 'javascript'} language @param {string} code @param {Check[]} checks @returns {Promise<Result[]>} of as many as came to an end */
async function results(language, code, checks) {
  if (language === 'python') return (await python(code, checks)).map((line) => JSON.parse(line));
  /** @type {Result[]} */
  const found = [];
  const ending = runProgram(await loadInterpreter(glue), javascript(code, checks), (output) => {
    if ('text' in output && output.text.startsWith(MARK))
      found.push(JSON.parse(output.text.slice(MARK.length)));
  });
  if (found.length === 0 && checks.length > 0 && ending.ended !== 'done') {
    const [[expression, want]] = checks;
    found.push({ expression, want, error: errorLine(ending), ok: false });
  }
  return found;
}

/** What a model is told of its program; nothing if all is well. @param {'python' | 'javascript'} language @param {string} code @param {Check[]} checks @returns {Promise<string | undefined>} */
export async function firstFault(language, code, checks) {
  const found = await results(language, code, checks);
  const wrong = found.find(({ ok }) => !ok);
  if (wrong?.error) return `${wrong.expression}\n${wrong.error}`;
  if (wrong) return `${wrong.expression} gives ${wrong.got}, not ${wrong.want}`;
  if (found.length < checks.length) return `${checks[found.length][0]}\nError: the program did not end`;
  return undefined;
}

/** @param {import('../run-code.mjs').Case} given @param {string} output a model's answer */
export async function passes({ task, language, tests, examples = [], prefix = '', suffix = '' }, output) {
  const code = task === 'infill' ? prefix + output + suffix : programOf(output, language);
  return (await firstFault(language, code, [...examples, ...tests])) === undefined;
}
