// How a number was worked out: what is known, the equations, the result, and the check of each condition. Equations can be
// changed and solved again.
import { h, setText } from '../lib/dom.js';

/** @param {string} title @param {readonly string[]} lines */
const section = (title, lines) =>
  lines.length > 0 &&
  h(
    'section',
    null,
    h('h3', null, title),
    h('ul', null, ...lines.map((line) => h('li', { dir: 'auto' }, line))),
  );

/** Signs as the solver has them. @param {string} text */
const plainSigns = (text) => text.replaceAll('×', '*').replaceAll('÷', '/').replaceAll('−', '-');

/** An equation with something unknown in it. @param {string} line */
const isEquation = (line) => /^[^=→]+=[^=→]+$/.test(line) && /\p{L}/u.test(line);

/** @param {import('../../protocol/parts.js').WorkedPart} part @param {import('../lib/view.js').PartUi} ui */
export function createPart({ known, steps, result, checks }, { app, i18n: { t } }) {
  const field = h('textarea', {
    'aria-label': t('workedSteps'),
    rows: Math.min(8, steps.length + 1),
    spellcheck: 'false',
    dir: 'ltr',
  });
  field.value = steps.join('\n');
  const said = h('p', { role: 'status', dir: 'auto' });
  const again = h('button', { type: 'submit', class: 'quiet' }, t('workedAgain'));
  const form = h('form', { class: 'work-again' }, h('h3', null, t('workedChange')), field, again, said);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const equations = plainSigns(field.value)
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    try {
      const { runNumberTool } = await import('../../agent/number-tools.js');
      const { result: found } = await runNumberTool(app.pkg, 'solve', { equations });
      const one = (/** @type {Record<string, string>} */ values) =>
        Object.entries(values)
          .map(([name, value]) => `${name} = ${value}`)
          .join(', ');
      setText(said, found.length > 0 ? found.map(one).join('; ') : t('workedNone'));
    } catch {
      setText(said, t('workedNone'));
    }
  });
  return {
    root: h(
      'details',
      null,
      h('summary', { dir: 'auto' }, t('workedOut', { result })),
      section(t('workedKnown'), known),
      section(t('workedSteps'), steps),
      section(t('workedChecks'), checks),
      steps.length > 0 && steps.every(isEquation) && form,
    ),
  };
}
