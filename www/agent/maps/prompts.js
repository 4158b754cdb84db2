// What the model is asked for when it fills a map, in the language of the topic.

/** @typedef {import('../../protocol/messages.js').ChatMessage} ChatMessage */
/** @typedef {import('./request.js').MapLanguage} MapLanguage */

const SYSTEM = {
  en: 'You write short, precise outlines for mind maps: a Markdown list, no sentences, no repetition.',
  zh: '你为思维导图写简短准确的提纲：使用 Markdown 列表，只写词组，不写句子，不重复。',
  ja: 'あなたはマインドマップのための短く正確なアウトラインを書きます。Markdown のリストで、文ではなく語句を、繰り返さずに書きます。',
};

/** @type {Record<MapLanguage, (topic: string) => string>} */
const TOPIC = {
  en: (topic) =>
    `Write the outline of a mind map about: ${topic}\nMain aspects as "- ", two to four concrete points below each as "  - ". At most six words a line.`,
  zh: (topic) =>
    `请写出关于“${topic}”的思维导图提纲。主要方面用“- ”，每个方面下用“  - ”列出二到四个具体要点。每行不超过十二个字。`,
  ja: (topic) =>
    `「${topic}」のマインドマップのアウトラインを書いてください。主な側面は「- 」、その下に「  - 」で具体的な点を二つから四つ。一行は十五字以内。`,
};

/** @type {Record<MapLanguage, (text: string) => string>} */
const TEXT = {
  en: (text) =>
    `Text:\n${text}\n\nWrite the outline of a mind map of this text, with facts from it only. Main aspects as "- ", two to four points below each as "  - ". At most six words a line.`,
  zh: (text) =>
    `文本：\n${text}\n\n请只根据这段文本写出思维导图提纲。主要方面用“- ”，每个方面下用“  - ”列出二到四个要点。每行不超过十二个字。`,
  ja: (text) =>
    `テキスト：\n${text}\n\nこのテキストだけをもとに、マインドマップのアウトラインを書いてください。主な側面は「- 」、その下に「  - 」で点を二つから四つ。一行は十五字以内。`,
};

/** @type {Record<MapLanguage, (path: readonly string[], beside: readonly string[]) => string>} */
const EXPAND = {
  en: (path, beside) =>
    `In a mind map: ${path.join(' > ')}\nList three to five points that belong under "${path[path.length - 1]}"${path.length > 1 ? ` as part of "${path[0]}"` : ''}, as "- ", at most six words each.${beside.length > 0 ? ` Already there: ${beside.join('; ')}.` : ''}`,
  zh: (path, beside) =>
    `在一张思维导图中：${path.join(' > ')}\n请列出属于“${path[path.length - 1]}”的三到五个要点，用“- ”，每个不超过十二个字。${beside.length > 0 ? `已经有：${beside.join('；')}。` : ''}`,
  ja: (path, beside) =>
    `あるマインドマップで：${path.join(' > ')}\n「${path[path.length - 1]}」に属する点を三つから五つ、「- 」で挙げてください。それぞれ十五字以内。${beside.length > 0 ? `すでにあるもの：${beside.join('；')}。` : ''}`,
};

/** @param {MapLanguage} language @param {string} content @returns {ChatMessage[]} */
const asked = (language, content) => [
  { role: 'system', content: SYSTEM[language] },
  { role: 'user', content },
];

/** @param {MapLanguage} language @param {string} topic */
export const topicPrompt = (language, topic) => asked(language, TOPIC[language](topic));

/** @param {MapLanguage} language @param {string} text */
export const textPrompt = (language, text) => asked(language, TEXT[language](text));

/** @param {MapLanguage} language @param {readonly string[]} path labels from the middle to the node @param {readonly string[]} beside what stands below it already */
export const expandPrompt = (language, path, beside) => asked(language, EXPAND[language](path, beside));
