// Lists that a template makes of a field by code: key sentences, questions with their key, scenes with who speaks in them, what
// was decided in notes. What a model would have to be careful with is done here.
import { linesOf } from './lines.js';
import { quizOf } from './quiz.js';
import { scenesOf } from './scenes.js';
import { keySentences } from './words.js';

/** @typedef {import('./body.js').Value} Value */

const DECIDED =
  /\b(?:decid|agree|approv|resolv|adopt|will go with|chose)|决定|同意|通过|确定|批准|一致|決定|承認|合意/i;
const TO_DO =
  /\b(?:to do|todo|action|will|must|should|needs? to|has to|by (?:\w+day|\d|the end|next|tomorrow|january|february|march|april|may|june|july|august|september|october|november|december))\b|负责|需要|尽快|跟进|完成|提交|准备|之前|前(?:完成|提交|给)|担当|までに/i;
const WHO =
  /^(\p{Lu}[\p{L}.'’-]+(?:\s\p{Lu}[\p{L}.'’-]+)?)(?=\s(?:will|to|must|should|needs?|has)\b|:)|^([\u4e00-\u9fff]{2,4})(?=负责|将|会|需要|跟进|在.{1,12}前|：)|^([\u3040-\u30ff\u4e00-\u9fff]{1,6}(?:さん)?)(?=が|は|：)/u;
const DUE =
  /\bby ((?:the )?(?:end of )?(?:next )?[\w ,]{2,24}?)(?=[.;)]|$)|((?:本|下)?(?:周|星期)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]|月底|年底|明天|\d{1,2}日)(?=前|之前|完成|提交|まで)/i;

/** @param {string} line */
function actionOf(line) {
  const who = WHO.exec(line);
  const name = who ? (who[1] ?? who[2] ?? who[3]) : '';
  const due = DUE.exec(line);
  const task = name ? line.slice(name.length).replace(/^[\s:：]+/, '') : line;
  return { who: name, task: task.trim(), due: (due?.[1] ?? due?.[2] ?? '').trim() };
}

/** @param {string} line @returns {'decisions' | 'actions' | 'points'} */
const kindOfNote = (line) => (DECIDED.test(line) ? 'decisions' : TO_DO.test(line) ? 'actions' : 'points');

/**
 * @param {import('./template.js').Derived} derived @param {(name: string) => string} value of a field @param {string} language @returns {Value}
 */
export function derive({ from, by, count }, value, language) {
  const text = value(from);
  if (!text.trim()) return undefined;
  const n = Math.max(1, Math.min(20, Number(count === undefined ? 3 : value(count) || count) || 3));
  if (by === 'key') return keySentences(text, n);
  if (by === 'quiz') return quizOf(text, n);
  if (by === 'scenes') return scenesOf(text, language, value('characters')).scenes;
  if (by === 'cast') return scenesOf(text, language, value('characters')).cast;
  if (by === 'minutes') return [String(Math.round(Number(text) / n) || 0)];
  const lines = linesOf(text).filter((line) => kindOfNote(line) === by);
  return by === 'actions' ? lines.map(actionOf) : lines;
}
