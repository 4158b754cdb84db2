// The list of what the model is told of the person: written, changed and taken away here.
import { readFacts, writeFacts } from '../../app/memory.js';
import { h, setChildren } from '../lib/dom.js';
import { row } from '../lib/fields.js';
import { iconButton } from '../lib/icon-button.js';

/** @param {import('../lib/view.js').PanelUi} ui */
export function createMemory({ app, i18n: { t } }) {
  const on = h('input', { type: 'checkbox' });
  on.checked = app.store.get().settings.memory;
  on.addEventListener('change', () => app.change({ memory: on.checked }));
  const list = h('ul', { class: 'facts' });
  const fresh = h('input', {
    type: 'text',
    maxlength: 500,
    autocomplete: 'off',
    'aria-label': t('memoryNew'),
    placeholder: t('memoryNew'),
  });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!fresh.value.trim()) return;
    const text = fresh.value;
    fresh.value = '';
    await change((facts) => [...facts, text]);
    fresh.focus();
  };

  let changing = Promise.resolve();

  /** One after the other: a field that is left and the button that was pressed change the same list. @param {(facts: string[]) => string[]} how */
  function change(how) {
    changing = changing
      .then(async () => writeFacts(app.storage, how(await readFacts(app.storage))))
      .catch(app.report)
      .then(draw);
    return changing;
  }

  async function draw() {
    const facts = await readFacts(app.storage).catch(() => []);
    const rows = facts.map((text, i) => {
      const field = h('input', {
        type: 'text',
        maxlength: 500,
        'aria-label': t('memoryFact', { n: i + 1 }),
        dir: 'auto',
      });
      field.value = text;
      field.addEventListener(
        'change',
        () => void change((all) => all.map((each, at) => (at === i ? field.value : each))),
      );
      const remove = () => void change((all) => all.filter((_, at) => at !== i));
      return h('li', { class: 'row' }, field, iconButton(t('memoryRemove', { text }), 'trash', remove));
    });
    setChildren(list, rows.length > 0 ? rows : [h('li', { class: 'note' }, t('memoryEmpty'))]);
  }
  void draw();

  return h(
    'fieldset',
    { class: 'memory' },
    h('legend', null, t('memory')),
    row(t, 'memoryOn', on, 'memoryHelp'),
    list,
    h(
      'form',
      { class: 'row', onsubmit: submit },
      fresh,
      h('button', { type: 'submit', class: 'quiet' }, t('memoryAdd')),
    ),
  );
}
