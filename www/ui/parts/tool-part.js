// A tool that was called with what it was given, or what it gave: folded, in JSON.
import { h } from '../lib/dom.js';

/** @param {unknown} value */
const readable = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** @param {import('../../protocol/parts.js').ToolCallPart | import('../../protocol/parts.js').ToolResultPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart(part, { i18n: { t } }) {
  const failed = part.type === 'tool_result' && part.error;
  const title =
    part.type === 'tool_call'
      ? t('toolCalled', { name: part.name })
      : t(failed ? 'toolFailed' : 'toolResult', { name: part.name });
  const content = part.type === 'tool_call' ? part.arguments : part.content;
  return {
    root: h(
      'details',
      { class: failed ? 'tool failed' : 'tool' },
      h('summary', null, title),
      h('pre', { dir: 'auto', tabindex: 0 }, readable(content)),
    ),
  };
}
