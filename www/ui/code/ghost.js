// Text that the model proposes at the cursor, in grey: Tab takes it, Escape or any other change puts it away. Who writes it is
// given.
import { Prec, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, keymap, ViewPlugin, WidgetType } from '@codemirror/view';

/** @typedef {(prefix: string, suffix: string, signal: AbortSignal) => Promise<string>} Complete */

/** @type {import('@codemirror/state').StateEffectType<{at: number, text: string} | null>} */
const propose = StateEffect.define();

class Ghost extends WidgetType {
  /** @param {string} text */
  constructor(text) {
    super();
    this.text = text;
  }

  toDOM() {
    const span = document.createElement('span');
    span.className = 'ghost';
    span.textContent = this.text;
    return span;
  }

  /** @param {Ghost} other */
  eq(other) {
    return other.text === this.text;
  }
}

const proposed = StateField.define({
  create: () => /** @type {{at: number, text: string} | null} */ (null),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(propose)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) =>
    EditorView.decorations.from(field, (value) =>
      value
        ? Decoration.set([Decoration.widget({ widget: new Ghost(value.text), side: 1 }).range(value.at)])
        : Decoration.none,
    ),
});

/** @param {EditorView} view */
function accept(view) {
  const value = view.state.field(proposed);
  if (!value) return false;
  const { at, text } = value;
  view.dispatch({
    changes: { from: at, insert: text },
    selection: { anchor: at + text.length },
    userEvent: 'input.complete',
  });
  return true;
}

/** @param {EditorView} view */
function dismiss(view) {
  if (!view.state.field(proposed)) return false;
  view.dispatch({ effects: propose.of(null) });
  return true;
}

const PAUSE = 700; // ms without typing after which a text is asked for

/** @param {Complete} complete @param {{byItself: boolean, onState: (state: 'asks' | 'shows' | 'none') => void, onError: (error: unknown) => void}} options `byItself`: also after a pause in typing */
export function ghostText(complete, { byItself, onState, onError }) {
  /** @type {AbortController | undefined} */
  let asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function cancel() {
    clearTimeout(timer);
    asking?.abort();
    asking = undefined;
  }

  /** @param {EditorView} view */
  async function ask(view) {
    cancel();
    const mine = (asking = new AbortController());
    const { doc, selection } = view.state;
    const at = selection.main.head;
    onState('asks');
    try {
      const text = await complete(doc.sliceString(0, at), doc.sliceString(at), mine.signal);
      if (asking !== mine || view.state.doc !== doc) return;
      if (text) view.dispatch({ effects: propose.of({ at, text }) });
      onState(text ? 'shows' : 'none');
    } catch (error) {
      if (mine.signal.aborted) return;
      onState('none');
      onError(error);
    } finally {
      if (asking === mine) asking = undefined;
    }
  }

  const whenTyped = ViewPlugin.define(
    () => ({
      update({ docChanged, view, transactions, startState, state }) {
        const isGone = startState.field(proposed) !== null && state.field(proposed) === null;
        if (isGone || (docChanged && asking)) onState('none');
        if (!docChanged) return;
        cancel();
        const typed = transactions.some((each) => each.isUserEvent('input.type'));
        if (byItself && typed) timer = setTimeout(() => void ask(view), PAUSE);
      },
      destroy: cancel,
    }),
    {},
  );

  return {
    ask,
    extension: [
      proposed,
      whenTyped,
      Prec.highest(
        keymap.of([
          { key: 'Tab', run: accept },
          { key: 'Escape', run: (view) => (cancel(), dismiss(view)) },
          { key: 'Alt-\\', run: (view) => (void ask(view), true) },
        ]),
      ),
    ],
  };
}
