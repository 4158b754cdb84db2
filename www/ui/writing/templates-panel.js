// The list of templates: use one, copy one to change it, make one of a prompt with places, import and export one's own.
import { readTemplates, templateOfPrompt, writeTemplates } from '../../agent/writing/template.js';
import { h, setChildren } from '../lib/dom.js';
import { download } from '../lib/download.js';
import { icon } from '../lib/icons.js';
import { allTemplates, keepOwn, ownTemplates, siteTemplates } from './library.js';
import { problemList } from './problems.js';

/** @typedef {import('../../agent/writing/template.js').Template} Template */

/** @param {string} wanted @param {readonly Template[]} own */
function freeId(wanted, own) {
  const base = wanted.replace(/-\d+$/, '').slice(0, 34) || 'template';
  for (let n = 2; ; n++) {
    const id = `${base}-${n}`;
    if (own.every((each) => each.id !== id)) return id;
  }
}

/** @param {Template & {from?: string}} template @returns {Template} */
function bare({ from: _, ...template }) {
  return template;
}

/**
 * @param {Omit<import('../lib/view.js').Ui, 'i18n'> & {i18n: import('../lib/i18n.js').I18nWith<'panels'>}} ui
 * @param {Awaited<ReturnType<typeof import('../lib/writing-words.js').writingWords>>} words
 */
export async function createTemplates(ui, words) {
  const { app, i18n } = ui;
  const { w } = words;
  const list = h('ul', { class: 'template-list' });
  const editor = h('div', null);
  const said = h('div', { role: 'status' });

  /** @param {() => void} run */
  function tried(run) {
    try {
      run();
      return true;
    } catch (error) {
      app.report(error);
      return false;
    }
  }

  /** @param {string} label @param {() => void} onclick @param {string} name of the template */
  const button = (label, onclick, name) =>
    h('button', { type: 'button', class: 'quiet', 'aria-label': `${label}: ${name}`, onclick }, label);

  async function draw() {
    const templates = await allTemplates(i18n.language);
    setChildren(
      list,
      templates.map((template) => {
        const { id, name, about = '', from } = template;
        const own = from === 'own';
        return h(
          'li',
          null,
          h(
            'div',
            null,
            h('strong', { dir: 'auto' }, name),
            ' ',
            h('code', null, `/${id}`),
            from === 'page' ? null : h('span', { class: 'badge' }, w(own ? 'group_own' : 'fromSite')),
          ),
          about ? h('p', { class: 'help', dir: 'auto' }, about) : null,
          h(
            'div',
            { class: 'row' },
            button(w('use'), () => ui.write({ template: bare(template) }), name),
            button(
              w(own ? 'change' : 'copyToChange'),
              () => edit(own ? bare(template) : { ...bare(template), id: freeId(id, ownTemplates()) }),
              name,
            ),
            own
              ? button(
                  w('exportOne'),
                  () => download(`${id}.json`, 'application/json', writeTemplates([bare(template)])),
                  name,
                )
              : null,
            own
              ? button(
                  i18n.t('delete'),
                  () => {
                    if (tried(() => keepOwn(ownTemplates().filter((each) => each.id !== id)))) void draw();
                  },
                  name,
                )
              : null,
          ),
        );
      }),
    );
  }

  /** Own ones; one with the same name is replaced. @param {readonly Template[]} templates */
  function add(templates) {
    const ids = new Set(templates.map(({ id }) => id));
    return tried(() => keepOwn([...templates, ...ownTemplates().filter(({ id }) => !ids.has(id))]));
  }

  /** A template as the JSON that it is, checked as it is typed. @param {Template} template */
  function edit(template) {
    const field = h('textarea', {
      rows: 14,
      spellcheck: 'false',
      'aria-label': w('templateJson'),
      class: 'json',
    });
    field.value = JSON.stringify(template, null, 2);
    const problems = h('div', { role: 'status' });
    const save = h('button', { type: 'submit', class: 'primary' }, w('saveTemplate'));
    const check = () => {
      const found = readTemplates(field.value);
      problems.replaceChildren(found.problems.length > 0 ? problemList(words, found.problems) : '');
      save.disabled = found.templates.length === 0 || found.problems.length > 0;
      return found;
    };
    field.addEventListener('input', check);
    const form = h(
      'form',
      {
        class: 'template-editor',
        onsubmit(/** @type {Event} */ event) {
          event.preventDefault();
          const { templates, problems: wrong } = check();
          if (wrong.length > 0 || !add(templates)) return;
          editor.replaceChildren();
          void draw();
        },
      },
      h('h3', { dir: 'auto' }, template.name),
      field,
      problems,
      h(
        'div',
        { class: 'row' },
        save,
        h(
          'button',
          { type: 'button', class: 'quiet', onclick: () => editor.replaceChildren() },
          i18n.t('cancel'),
        ),
      ),
    );
    editor.replaceChildren(form);
    check();
    field.focus();
  }

  /** A prompt with `{{places}}` is a template, too. */
  function create() {
    const name = h('input', {
      type: 'text',
      'aria-label': w('templateName'),
      placeholder: w('templateName'),
    });
    const prompt = h('textarea', {
      rows: 5,
      'aria-label': w('templatePrompt'),
      placeholder: w('templatePromptExample', { place: '{{guest}}' }),
      dir: 'auto',
    });
    const form = h(
      'form',
      {
        class: 'template-editor',
        onsubmit(/** @type {Event} */ event) {
          event.preventDefault();
          if (!name.value.trim() || !prompt.value.trim()) return (name.value.trim() ? prompt : name).focus();
          const base = name.value
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, '-')
            .replace(/^[^a-z]+|-+$/g, '');
          const id = freeId(base, ownTemplates());
          const made = templateOfPrompt({
            id,
            language: i18n.language,
            name: name.value.trim(),
            prompt: prompt.value.trim(),
          });
          const { problems } = readTemplates(JSON.stringify(made));
          if (problems.length > 0) return said.replaceChildren(problemList(words, problems));
          if (!add([made])) return;
          editor.replaceChildren();
          void draw();
        },
      },
      h('h3', null, w('newTemplate')),
      name,
      prompt,
      h('p', { class: 'help' }, w('templatePlaces', { place: '{{guest}}' })),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'submit', class: 'primary' }, w('saveTemplate')),
        h(
          'button',
          { type: 'button', class: 'quiet', onclick: () => editor.replaceChildren() },
          i18n.t('cancel'),
        ),
      ),
    );
    editor.replaceChildren(form);
    name.focus();
  }

  const picker = h('input', {
    type: 'file',
    accept: '.json,application/json',
    multiple: true,
    hidden: true,
    'aria-label': i18n.t('import'),
  });
  picker.addEventListener('change', async () => {
    const files = [...(picker.files ?? [])];
    picker.value = '';
    const found = await Promise.all(files.map(async (file) => readTemplates(await file.text())));
    const templates = found.flatMap((each) => each.templates);
    const problems = found.flatMap((each) => each.problems);
    const added = templates.length > 0 && add(templates);
    said.replaceChildren(
      h('p', null, w('templatesImported', { n: added ? templates.length : 0 })),
      problems.length > 0 ? problemList(words, problems) : '',
    );
    void draw();
  });

  const site = await siteTemplates();
  if (site.problems.length > 0)
    said.replaceChildren(h('p', null, w('siteBroken')), problemList(words, site.problems));
  await draw();
  return h(
    'section',
    { class: 'templates' },
    h('p', { class: 'note' }, w('templatesHow')),
    h(
      'div',
      { class: 'transfer' },
      h('button', { type: 'button', class: 'quiet', onclick: create }, icon('plus'), w('newTemplate')),
      h(
        'button',
        { type: 'button', class: 'quiet', onclick: () => picker.click() },
        icon('upload'),
        i18n.t('import'),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          onclick: () => download('templates.json', 'application/json', writeTemplates(ownTemplates())),
        },
        icon('download'),
        w('exportOwn'),
      ),
      picker,
    ),
    said,
    editor,
    list,
  );
}
