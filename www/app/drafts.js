// Writes the answer to a filled-in template: one completion after the other into the message, which at every step holds all that
// is needed to go on. Loaded with the first such question.
import { checkTemplates } from '../agent/writing/template.js';
import { Writing } from '../agent/writing/writing.js';
import { newId } from './chat-tree.js';

/**
 * @typedef {import('../protocol/parts.js').FormPart} FormPart
 * @typedef {import('../protocol/parts.js').DraftPart} DraftPart
 * @typedef {import('./chat-tree.js').Message} Message
 */

/** What a prompt that does not fit says; the slot is then filled by code. */
const TOO_LONG = new Set(['context_full', 'prompt_too_long']);

/**
 * @param {import('../api/remote/remote-client.js').ChatClient} client
 * @param {import('../protocol/messages.js').GenerateRequest} request @param {AbortSignal} signal
 * @param {(text: string) => void} [told] of what is there so far
 */
async function completion(client, request, signal, told) {
  let text = '';
  for await (const event of client.generate(request, { signal })) {
    if (event.type !== 'token' && event.type !== 'done') continue;
    text += event.text;
    told?.(text);
  }
  signal.throwIfAborted();
  return text;
}

/** A form as it was stored or imported: what runs is checked. @param {FormPart} form */
function templateOf(form) {
  const { templates, problems } = checkTemplates(form.template);
  if (templates.length > 0) return templates[0];
  const [{ path, code }] = problems;
  throw Object.assign(new Error(`${path}: ${code}`), {
    code: 'template_broken',
    remedy: 'Choose the template again from the list that “/” opens.',
  });
}

/**
 * @param {object} from
 * @param {import('../api/remote/remote-client.js').ChatClient} from.client
 * @param {FormPart} from.form
 * @param {Message} from.message
 * @param {number} [from.parameters] of the model
 * @param {AbortSignal} from.signal
 * @param {import('../agent/guard.js').Guard} [from.guard]
 * @param {(patch: Partial<Message>) => void} from.patch
 * @param {() => Promise<void>} from.save
 */
export async function writeDraft({ client, form, message, parameters, signal, guard, patch, save }) {
  const template = templateOf(form);
  const kept = /** @type {DraftPart | undefined} */ (message.parts?.find(({ type }) => type === 'draft'));
  const writing = new Writing({
    template,
    values: form.values,
    ...(kept ? { state: kept.state } : {}),
    ability: parameters === undefined ? {} : { parameters },
    pause: form.pause === true && !kept?.waits,
  });
  const before = kept ?? {
    type: /** @type {const} */ ('draft'),
    id: newId(),
    title: template.name,
    language: writing.language,
    versions: [],
  };
  /** @param {Partial<DraftPart>} [more] @returns {DraftPart} */
  const draft = (more = {}) => {
    const { waits: _, now: __, ...rest } = /** @type {DraftPart} */ (before);
    return {
      ...rest,
      state: writing.state,
      steps: writing.steps(),
      text: writing.text(),
      done: false,
      ...more,
    };
  };
  /** @param {DraftPart} part @param {Partial<Message>} [more] */
  const show = (part, more = {}) => patch({ parts: [part], text: part.text, ...more });

  const watch = await guard?.watch();
  try {
    const verdict = await watch?.check(Object.values(form.values).join('\n'));
    if (verdict && (verdict.action === 'decline' || verdict.action === 'hand-over')) {
      const parts = [{ type: 'text', text: verdict.message }];
      return patch({ parts, text: verdict.message, status: 'done', refused: true });
    }
    let step = writing.next();
    while (step.type === 'ask') {
      const { type: _, key, label, ...request } = step;
      show(draft({ now: { key, label, text: '' } }));
      await save();
      let last = 0;
      const reply = await completion(client, request, signal, (text) => {
        if (performance.now() - last < 120) return;
        last = performance.now();
        show(draft({ now: { key, label, text } }));
      }).catch((error) => {
        if (!TOO_LONG.has(error?.code)) throw error;
        return ''; // nothing is no answer: code fills the place
      });
      step = writing.next(reply);
    }
    if (step.type === 'pause') return show(draft({ waits: step.key }), { status: 'done' });
    let text = writing.text();
    if (watch) {
      const [first, last] = [await watch.push(text), await watch.finish()];
      if (first.stop || last.stop) text = first.text + last.text;
    }
    const versions = [{ text, by: 'written', at: Date.now() }];
    show(draft({ text, done: true, versions, at: 0 }), { status: 'done' });
  } finally {
    void Promise.resolve(watch?.free()).catch(() => {});
  }
}
