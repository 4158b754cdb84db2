// What of an answer is read aloud, and by which voice of this device.
import { localVoices } from './voices.js';

/** The language of a text that is not in Latin letters, by its script. */
const SCRIPTS = /** @type {const} */ ([
  [/[\p{scx=Hiragana}\p{scx=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Devanagari}/u, 'hi'],
]);

/** @param {string} text @param {string} otherwise */
const languageOf = (text, otherwise) => SCRIPTS.find(([script]) => script.test(text))?.[1] ?? otherwise;

/** @param {string} language @returns {SpeechSynthesisVoice | undefined} */
function voiceFor(language) {
  const voices = localVoices();
  const same = voices.filter(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === language);
  return same.find((voice) => voice.default) ?? same[0] ?? voices.find((voice) => voice.default) ?? voices[0];
}

/** Its text by blocks, without code and the buttons around it. @param {HTMLElement} body */
function spoken(body) {
  const blocks = [...body.querySelectorAll(':scope > .block')];
  const parts = blocks.length > 0 ? blocks.filter((block) => !block.querySelector('figure')) : [body];
  return parts.map((part) => /** @type {HTMLElement} */ (part).innerText.trim()).filter(Boolean);
}

/** @param {HTMLElement} body of a message @param {string} language of the page @param {() => void} end */
export function read(body, language, end) {
  const texts = spoken(body);
  const voice = voiceFor(languageOf(texts.join(' '), language));
  if (!voice || texts.length === 0) return end();
  // One utterance a block: some browsers fall silent in the middle of a long one.
  for (const [i, text] of texts.entries()) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    if (i === texts.length - 1) utterance.onend = end;
    utterance.onerror = end; // an end, too, when it is cancelled
    speechSynthesis.speak(utterance);
  }
}
