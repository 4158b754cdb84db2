// What the browser's shader compiler says. The engine hears of errors when they make a pipeline invalid; warnings only come this way.

/** @type {Array<Promise<string[]>>} */
let heard = [];
const PATIENCE = 2000; // ms; a device that is lost may never answer

/** @param {GPUShaderModule} module @param {string} name */
export function hearCompiler(module, name) {
  heard.push(told(module, name));
}

/** @param {GPUShaderModule} module @param {string} name @returns {Promise<string[]>} */
async function told(module, name) {
  const { messages } = await module.getCompilationInfo().catch(() => ({ messages: [] }));
  return [...messages]
    .filter(({ type }) => type !== 'info')
    .map(({ type, message, lineNum }) => `${type} in ${name}, line ${lineNum}: ${message}`);
}

/** Errors and warnings since the last call, errors first. @returns {Promise<string[]>} */
export async function compilerMessages() {
  const asked = heard;
  heard = [];
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, []));
  const all = await Promise.all(asked.map((messages) => Promise.race([messages, late])));
  return all.flat().sort();
}
