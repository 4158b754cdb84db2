// What of a merchant's configuration holds on this page, at this time, in this language. config-file.js reads it.

/**
 * @typedef {string | Partial<Record<'en' | 'zh' | 'ja', string>>} Text in one language, or by language
 * @typedef {{name: string, label: Text, kind?: 'text' | 'email' | 'tel' | 'textarea', required?: boolean}} Field
 * @typedef {{kind: 'mail' | 'phone' | 'link' | 'form', to: string, label?: Text, transcript?: boolean, fields?: Field[]}} Way
 * @typedef {{pages?: string, after?: number, scrolled?: number, text?: Text}} Opening
 *
 * @typedef {object} ServiceConfig as service.schema.json has it
 * @property {1} version
 * @property {Text} [name]
 * @property {string} [face]
 * @property {'plain' | 'warm' | 'formal'} [tone]
 * @property {string[]} [languages]
 * @property {string} [knowledge]
 * @property {string} [policy]
 * @property {Array<{pages?: string, from?: string, to?: string, text: Text}>} [greeting]
 * @property {Array<{pages?: string, texts: Text[]}>} [quickReplies]
 * @property {{timeZone: string, days: Record<string, string>}} [hours]
 * @property {{allowed?: string[], refused?: string[]}} [topics]
 * @property {string[]} [neverSay]
 * @property {Text} [disclosure]
 * @property {{ways: Way[], rules?: Array<{topic: string, words: string[], texts?: Text}>, away?: Text}} [handover]
 * @property {{action: string, title?: Text, fields: Field[]}} [lead]
 * @property {boolean} [rating]
 * @property {{action: string}} [feedback]
 * @property {number} [retention] days
 * @property {Opening[]} [opening]
 * @property {{pricePerMillion: number, currency: string}} [cost]
 */

/** @param {Text | undefined} text @param {string} language @returns {string} */
export function textIn(text, language) {
  if (text === undefined || typeof text === 'string') return text ?? '';
  return text[/** @type {'en'} */ (language)] ?? text.en ?? Object.values(text)[0] ?? '';
}

/** Whether a path is one of `pages`: `/shop/*`. @param {string | undefined} pages @param {string} path */
export function isOn(pages, path) {
  if (pages === undefined) return true;
  const escaped = pages.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(path);
}

/** @param {string} time `18:30` */
const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Between two times of a day, over midnight too. @param {number} now minutes @param {string} from @param {string} to */
const isBetween = (now, from, to) =>
  minutes(from) <= minutes(to)
    ? now >= minutes(from) && now < minutes(to)
    : now >= minutes(from) || now < minutes(to);

/** The first greeting whose rule fits. @param {ServiceConfig} config @param {{path: string, language: string, now?: Date}} here */
export function greetingFor({ greeting = [] }, { path, language, now = new Date() }) {
  const minute = now.getHours() * 60 + now.getMinutes();
  const fit = greeting.find(
    ({ pages, from, to }) => isOn(pages, path) && (!from || !to || isBetween(minute, from, to)),
  );
  return fit && textIn(fit.text, language);
}

/** @param {ServiceConfig} config @param {{path: string, language: string}} here @returns {string[] | undefined} */
export function repliesFor({ quickReplies = [] }, { path, language }) {
  const fit = quickReplies.find(({ pages }) => isOn(pages, path));
  return fit?.texts.map((text) => textIn(text, language));
}

/** Whether somebody is there; always, where no hours are given. @param {ServiceConfig} config @param {Date} [now] */
export function isOpen({ hours }, now = new Date()) {
  if (!hours) return true;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const get = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value ?? '';
  const day = hours.days[get('weekday').toLowerCase()];
  if (!day) return false;
  const [from, to] = day.split('-');
  const minute = Number(get('hour')) * 60 + Number(get('minute'));
  return minute >= minutes(from) && minute < minutes(to);
}
