// A code editor by CodeMirror, in a shadow root: there its styles are adopted, which the page's policy allows. Changes that
// somebody proposes are shown within the text, each with buttons to take it or leave it.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import { javascript } from '@codemirror/lang-javascript';
import { python } from '@codemirror/lang-python';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { getChunks, getOriginalDoc, unifiedMergeView } from '@codemirror/merge';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { h } from '../lib/dom.js';

/** @type {Array<[RegExp, () => import('@codemirror/state').Extension]>} */
const LANGUAGES = [
  [/^(javascript|js|mjs|node|jsx)$/, () => javascript({ jsx: true })],
  [/^(typescript|ts|tsx)$/, () => javascript({ typescript: true, jsx: true })],
  [/^(python|py)$/, () => [python(), indentUnit.of('    ')]],
  [/^(html|xhtml|svg|xml)$/, html],
];

/** In the colours that code blocks have. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null, tags.typeName], color: 'var(--hl-keyword)' },
  { tag: [tags.string, tags.regexp], color: 'var(--hl-string)' },
  { tag: [tags.number], color: 'var(--hl-number)' },
  { tag: [tags.comment], color: 'var(--hl-comment)' },
  {
    tag: [tags.function(tags.variableName), tags.className, tags.definition(tags.variableName)],
    color: 'var(--hl-title)',
  },
]);

const LOOK = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--code)', fontSize: '0.9rem' },
  '.cm-scroller': { overflow: 'auto', fontFamily: 'var(--mono, monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--dim)', backgroundColor: 'var(--code)', border: 'none' },
  '.ghost': { color: 'var(--dim)', fontStyle: 'italic', whiteSpace: 'pre-wrap' },
  '.cm-chunkButtons button': { minWidth: '2.75rem', minHeight: '2.75rem', cursor: 'pointer' },
  '.cm-deletedChunk': { paddingInlineEnd: '9rem' },
  '.cm-deletedChunk button[name=accept]': { background: '#1c7430' },
  '.cm-deletedChunk button[name=reject]': { background: '#a92b1f' },
  '&.cm-merge-b .cm-deletedChunk .cm-deletedText': { background: 'none', textDecoration: 'line-through' },
  '&.cm-merge-b .cm-deletedText': { background: 'none', textDecoration: 'line-through' },
});

/** Typing over a selection: where the browser does that by itself, it writes styles into the text, which the policy stops. */
const typing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data } = event;
    if (inputType !== 'insertText' || !data || view.composing || view.state.selection.main.empty)
      return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});

/**
 * @param {object} options
 * @param {string} options.text
 * @param {string} options.language of the code block
 * @param {string} options.label
 * @param {{accept: string, reject: string}} options.words
 * @param {import('@codemirror/state').Extension} options.more
 * @param {() => void} options.onChange
 * @param {(left: number) => void} options.onPatch how many proposed changes wait
 */
export function createEditor({ text, language, label, words, more, onChange, onPatch }) {
  const root = h('div', { class: 'code-editor' });
  const shadow = root.attachShadow({ mode: 'open', delegatesFocus: true });
  const patching = new Compartment();
  let waits = 0;
  const known = LANGUAGES.find(([name]) => name.test(language));

  /** To the next change, or to the text where there is none. */
  const goOn = () =>
    setTimeout(() => {
      const next = shadow.querySelector('.cm-chunkButtons button');
      /** @type {HTMLElement} */ (next ?? view.contentDOM).focus();
    });

  /** @param {'accept' | 'reject'} kind @param {(event: MouseEvent) => void} action */
  const control = (kind, action) => {
    const button = h('button', { type: 'button', name: kind }, words[kind]);
    button.addEventListener('mousedown', (event) => (action(event), goOn()));
    // By keyboard a button is clicked without a press of the mouse.
    button.addEventListener('click', (event) => event.detail === 0 && (action(event), goOn()));
    return button;
  };

  const view = new EditorView({
    root: shadow,
    parent: shadow,
    state: EditorState.create({
      doc: text,
      extensions: [
        more,
        typing,
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        syntaxHighlighting(COLOURS),
        LOOK,
        known ? known[1]() : [],
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
        patching.of([]),
        EditorView.updateListener.of((update) => {
          const left = getChunks(update.state)?.chunks.length ?? 0;
          const other = left !== waits;
          waits = left;
          if (update.docChanged || other) onChange();
          if (other) onPatch(left);
        }),
      ],
    }),
  });

  return {
    root,
    view,
    /** Without changes that nobody has taken. */
    text: () => (waits > 0 ? getOriginalDoc(view.state) : view.state.doc).toString(),
    /** Puts another text in, as changes to be taken or left. @param {string} next */
    propose(next) {
      const before = view.state.doc;
      view.dispatch({
        changes: { from: 0, to: before.length, insert: next },
        effects: patching.reconfigure(
          unifiedMergeView({
            original: before,
            mergeControls: control,
            highlightChanges: true,
            gutter: true,
          }),
        ),
      });
    },
    /** No more changes wait: the text is as it stands. */
    settle() {
      view.dispatch({ effects: patching.reconfigure([]) });
    },
    destroy: () => view.destroy(),
  };
}
