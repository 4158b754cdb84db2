// The fields of the configurator: what a merchant fills in, and how it stands in the configuration.
import { textIn } from '../../service/config.js';

/**
 * @typedef {import('../../service/config.js').ServiceConfig} ServiceConfig
 * @typedef {object} FieldRow
 * @property {string} key of its words
 * @property {'line' | 'lines' | 'choice' | 'check' | 'number'} kind
 * @property {string[]} [choices]
 * @property {(config: ServiceConfig) => string | boolean} get
 * @property {(config: ServiceConfig, value: string | boolean) => void} set
 */

/** @param {ServiceConfig} config @param {'phone' | 'mail' | 'form' | 'link'} kind */
const wayOf = (config, kind) => config.handover?.ways.find((way) => way.kind === kind);

/** @param {'phone' | 'mail' | 'form' | 'link'} kind @returns {FieldRow} */
const way = (kind) => ({
  key: `way_${kind}`,
  kind: 'line',
  get: (config) => wayOf(config, kind)?.to ?? '',
  set(config, value) {
    const ways = (config.handover?.ways ?? []).filter((each) => each.kind !== kind);
    const before = wayOf(config, kind);
    if (value)
      ways.push({
        ...before,
        kind,
        to: String(value),
        ...(kind === 'mail' || kind === 'form' ? { transcript: true } : {}),
      });
    if (ways.length > 0) config.handover = { ...config.handover, ways };
    else delete config.handover;
  },
});

/** @param {'name' | 'disclosure'} key @param {'en' | 'zh'} language @returns {FieldRow} */
const text = (key, language) => ({
  key: `${key}_${language}`,
  kind: 'line',
  get(config) {
    const found = config[key];
    if (found === undefined) return '';
    return typeof found === 'string' ? (language === 'en' ? found : '') : (found[language] ?? '');
  },
  set(config, value) {
    const before = config[key];
    const all = typeof before === 'string' ? { en: before } : { ...before };
    if (value) all[language] = String(value);
    else delete all[language];
    if (Object.keys(all).length > 0) config[key] = all;
    else delete config[key];
  },
});

const lines = (/** @type {string | boolean} */ value) =>
  String(value)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** @type {FieldRow[]} */
export const FIELDS = [
  text('name', 'en'),
  text('name', 'zh'),
  text('disclosure', 'en'),
  {
    key: 'greeting',
    kind: 'line',
    get: ({ greeting }) => textIn(greeting?.find(({ pages, from }) => !pages && !from)?.text, 'en'),
    set(config, value) {
      const rules = (config.greeting ?? []).filter(({ pages, from }) => pages || from);
      if (value) rules.push({ text: String(value) });
      if (rules.length > 0) config.greeting = rules;
      else delete config.greeting;
    },
  },
  {
    key: 'replies',
    kind: 'lines',
    get: ({ quickReplies }) =>
      (quickReplies?.find(({ pages }) => !pages)?.texts ?? []).map((each) => textIn(each, 'en')).join('\n'),
    set(config, value) {
      const rules = (config.quickReplies ?? []).filter(({ pages }) => pages);
      const texts = lines(value).slice(0, 8);
      if (texts.length > 0) rules.push({ texts });
      if (rules.length > 0) config.quickReplies = rules;
      else delete config.quickReplies;
    },
  },
  {
    key: 'tone',
    kind: 'choice',
    choices: ['plain', 'warm', 'formal'],
    get: ({ tone }) => tone ?? 'plain',
    set: (config, value) => void (config.tone = /** @type {'plain'} */ (value)),
  },
  {
    key: 'refused',
    kind: 'lines',
    get: ({ topics }) => (topics?.refused ?? []).join('\n'),
    set(config, value) {
      const refused = lines(value);
      config.topics = { ...config.topics, refused };
      if (refused.length === 0) delete config.topics.refused;
      if (Object.keys(config.topics).length === 0) delete config.topics;
    },
  },
  {
    key: 'neverSay',
    kind: 'lines',
    get: ({ neverSay }) => (neverSay ?? []).join('\n'),
    set(config, value) {
      const never = lines(value);
      if (never.length > 0) config.neverSay = never;
      else delete config.neverSay;
    },
  },
  way('phone'),
  way('mail'),
  way('form'),
  {
    key: 'rating',
    kind: 'check',
    get: ({ rating }) => rating ?? false,
    set: (config, value) => void (config.rating = value === true),
  },
  {
    key: 'retention',
    kind: 'number',
    get: ({ retention }) => (retention === undefined ? '' : String(retention)),
    set(config, value) {
      if (value === '') delete config.retention;
      else config.retention = Math.max(0, Math.round(Number(value)));
    },
  },
  {
    key: 'knowledge',
    kind: 'line',
    get: ({ knowledge }) => knowledge ?? '',
    set(config, value) {
      if (value) config.knowledge = String(value);
      else delete config.knowledge;
    },
  },
];
