// Why a model doesn't fit this device, and what would, in the person's language. Loaded with the lists of models.
import { fill } from './i18n.js';

const en = {
  heap: '{name} needs {needed} with a context of {context}, and a page may use {there}.',
  memory:
    '{name} needs {needed} of memory with a context of {context}; this device has about {there} for everything.',
  buffer: 'A context of {context} needs {needed}, and the graphics card’s largest buffer is {there}.',
  room: '{name} is {needed}, and the browser has room for {there}.',
  shorter: 'It fits with a context of {context}.',
  other: '{name} ({quantization}, about {size}) will fit.',
  none: 'Close other tabs, or use a device with more memory.',
};

/** @type {typeof en} */
const zh = {
  heap: '上下文为 {context} 时，{name} 需要 {needed}，而一个页面最多可用 {there}。',
  memory: '上下文为 {context} 时，{name} 需要 {needed} 内存，而这台设备总共约有 {there}。',
  buffer: '上下文为 {context} 时需要 {needed}，而显卡最大的缓冲区是 {there}。',
  room: '{name} 大小为 {needed}，而浏览器还可存放 {there}。',
  shorter: '上下文为 {context} 时放得下。',
  other: '{name}（{quantization}，约 {size}）放得下。',
  none: '请关闭其他标签页，或使用内存更大的设备。',
};

/**
 * @param {import('./i18n.js').I18n} i18n
 * @param {import('../cache/fit.js').Misfit} why @param {ReturnType<typeof import('../cache/fit.js').instead>} [instead]
 */
export function fitWords({ language, bytes, number }, why, instead) {
  const words = language === 'zh' ? zh : en;
  const { what, name, contextLength, needed, there } = why;
  const sentence = fill(words[what], {
    name,
    context: number(contextLength),
    needed: bytes(needed),
    there: bytes(there),
  });
  if (!instead) return sentence;
  const { other } = instead;
  const remedy = instead.contextLength
    ? fill(words.shorter, { context: number(instead.contextLength) })
    : other
      ? fill(words.other, {
          name: other.name,
          quantization: other.quantization,
          size: bytes(other.approx_mb * 1e6),
        })
      : words.none;
  return language === 'zh' ? sentence + remedy : `${sentence} ${remedy}`;
}
