// A chapter as scenes: where and when each is, who speaks, what is said and done, read from the words by rules. Pure.
import { plain } from './facts.js';
import { linesOf } from './lines.js';
import { isCjk, sentencesOf } from './words.js';

const QUOTED = /[“"「『]([^”"」』]+)[”"」』]/g;
const SAYS_EN =
  '(?:said|asked|replied|whispered|cried|shouted|answered|murmured|called|added|says|asks|told|muttered|laughed|snapped|sighed|began|continued)';
const AFTER_EN = new RegExp(
  `^[,.!?]?\\s*(?:${SAYS_EN}\\s+(?:the\\s+)?(\\p{Lu}[\\p{L}.'’-]*(?:\\s\\p{Lu}[\\p{L}'’-]+)?|old \\w+|\\w+man|\\w+keeper)|(\\p{Lu}[\\p{L}'’-]+(?:\\s\\p{Lu}[\\p{L}'’-]+)?)\\s+${SAYS_EN})`,
  'u',
);
const BEFORE_EN = new RegExp(
  `(\\p{Lu}[\\p{L}'’-]+(?:\\s\\p{Lu}[\\p{L}'’-]+)?)\\s+(?:\\w+ly\\s+)?${SAYS_EN}[^.“"]{0,30}[,:]\\s*$`,
  'u',
);
const BEFORE_CJK =
  /([\u4e00-\u9fff]{2,4}?)(?:[\u4e00-\u9fff]{0,6}?地)?(?:低声|轻声|大声|小声|笑着|哭着|冷冷|连忙|忽然|又)?(?:说|问|道|喊|叫|答|回答|说道|问道|笑道|嘀咕|叹道|叹了口气)[^“「]{0,6}[：:，,]?\s*$/;
const AFTER_CJK =
  /^[，,。！？]?([\u4e00-\u9fff]{2,3}?)(?:低声|轻声|大声|小声|笑着|冷冷地|连忙|又)?(?:说|问|道|喊|叫|答|回答)/;
const PRONOUN = /^(?:He|She|They|I|It|We|You|他|她|我|它|你|他们|她们|彼|彼女)$/;
const NIGHT = /\b(?:night|midnight|moon|dark(?:ness)?|stars|lamp)\b|夜|晚上|月亮|月光|黑暗|灯/i;
const DAYTIME = { en: ['DAY', 'NIGHT'], zh: ['日', '夜'], ja: ['昼', '夜'] };
const PLACE_EN =
  /\b(?:in|at|into|inside|on|to|through|from|outside|near|across|reached|entered|left)\s+(?:the|an?|his|her|their|my)\s+((?:[a-z-]+\s){0,1}(?:house|room|kitchen|street|garden|station|platform|hall|office|shop|ship|deck|boat|forest|wood|river|bridge|road|tavern|inn|church|castle|library|market|square|beach|harbour|harbor|lighthouse|tower|train|car|school|classroom|hospital|cellar|attic|stairs|window|door|field|hill|cave|village|farm|barn|bakery|café|cafe|cabin|court|park|roof|corridor|stable|workshop|studio|theatre|museum|pier|quay|mill|well|path|shore|yard|tent|camp|bank|court|lab|laboratory|store|bar|restaurant|hotel|lobby))\b/gi;
const PLACE_CJK =
  /(?:在|到|走进|来到|回到|进了|走出|推开|坐在|站在|跑到|冲进)([\u4e00-\u9fff]{0,4}?(?:屋|房间|厨房|街|花园|车站|站台|大厅|办公室|店|船|甲板|森林|树林|河边|桥|路|酒馆|客栈|庙|城堡|图书馆|市场|广场|海边|码头|灯塔|塔|火车|车厢|学校|教室|医院|地窖|阁楼|院子|田|山|洞|村|茶馆|巷|书房|门口|病房|楼|站|馆|面馆|工作室|实验室|礼堂|操场|公园))/g;
const OUTSIDE =
  /street|garden|platform|deck|forest|wood|river|bridge|road|market|square|beach|harbou?r|field|hill|park|roof|pier|quay|path|shore|yard|camp|village|街|花园|站台|甲板|森林|树林|河边|桥|路|市场|广场|海边|码头|院子|田|山|村|巷|门口|操场|公园/i;
const BREAK = /^(?:\s*[*#~—–-]{1,}\s*)+$/;
const LATER =
  /^(?:later|the next|that (?:evening|night|afternoon|morning)|next (?:day|morning)|(?:two|three|some|a few|hours|days|weeks) .{0,12}later|when .{0,30} arrived|meanwhile)|^(?:第二天|次日|当晚|傍晚|后来|过了|几天后|与此同时|不久|这时候|那天晚上|翌日)/i;

/** @param {string} text @param {boolean} cjk */
function placesIn(text, cjk) {
  const found = [...text.matchAll(cjk ? PLACE_CJK : PLACE_EN)].map(([, place]) => place.trim());
  return [...new Set(found.map((place) => (cjk ? place : place.toUpperCase())))];
}

/** Characters around a quotation in which its speaker is named. */
const NEAR = 80;

/** Who speaks, from the words around a quotation. @param {string} before @param {string} after @param {boolean} cjk */
function speakerOf(before, after, cjk) {
  before = before.slice(-NEAR);
  after = after.slice(0, NEAR);
  const found = cjk
    ? (BEFORE_CJK.exec(before)?.[1] ?? AFTER_CJK.exec(after)?.[1])
    : (AFTER_EN.exec(after)?.[1] ?? AFTER_EN.exec(after)?.[2] ?? BEFORE_EN.exec(before)?.[1]);
  return found && !PRONOUN.test(found) ? found.replace(/[.,]+$/, '').trim() : '';
}

/**
 * A chapter as scenes: paragraphs up to a break, a change of time or of place; in each who says what, in the chapter's words.
 * @param {string} text @param {string} language @param {string} [known] names from earlier chapters, a line each, other names after `=`
 */
export function scenesOf(text, language, known = '') {
  const cjk = isCjk(text);
  const [day, night] = DAYTIME[/** @type {keyof typeof DAYTIME} */ (language)] ?? DAYTIME.en;
  const others = linesOf(known).map((line) => line.split(/\s*[=＝]\s*/));
  /** The name by which the play calls them. @param {string} name */
  const called = (name) => {
    const same = others.find((names) => names.some((each) => plain(each) === plain(name)));
    const longer = others.find(([first]) => plain(first).split(' ').includes(plain(name)));
    return (same ?? longer)?.[0] ?? name;
  };
  /** @type {string[][]} */
  const scenes = [[]];
  for (const paragraph of text.split(/\n\s*\n|\n/).map((each) => each.trim())) {
    if (!paragraph) continue;
    const begins = BREAK.test(paragraph) || LATER.test(paragraph);
    if (begins && scenes[scenes.length - 1].length > 0) scenes.push([]);
    if (!BREAK.test(paragraph)) scenes[scenes.length - 1].push(paragraph);
  }
  /** @type {Set<string>} */
  const cast = new Set();
  const named = namesSpeaking(text, cjk).map(called);
  /** Who was named last, for “she said”. @param {string} before */
  const namedLast = (before) => {
    const short = (/** @type {string} */ name) => [name, ...(cjk ? [] : [name.split(' ')[0]])];
    const at = (/** @type {string} */ name) =>
      Math.max(...short(name).map((each) => before.lastIndexOf(each)));
    return [...new Set(named)].filter((name) => at(name) >= 0).sort((a, b) => at(b) - at(a))[0] ?? '';
  };
  let place = '';
  const made = scenes
    .filter((paragraphs) => paragraphs.length > 0)
    .map((paragraphs) => {
      const whole = paragraphs.join('\n');
      const places = placesIn(whole, cjk);
      place = places[0] ?? place;
      const time = NIGHT.test(whole) ? night : day;
      const outside = OUTSIDE.test(place);
      const here = place || (cjk ? '某处' : 'SOMEWHERE');
      const heading = (/** @type {string} */ at, /** @type {boolean} */ out) =>
        cjk ? `${out ? '外景' : '内景'} ${at} ${time}` : `${out ? 'EXT.' : 'INT.'} ${at} – ${time}`;
      /** @type {string[]} */
      const lines = [];
      /** @type {string[]} who spoke, for turns without a name */
      const turns = [];
      for (const paragraph of paragraphs) {
        let at = 0;
        let said = false;
        for (const { 0: quoted, 1: words, index } of paragraph.matchAll(QUOTED)) {
          const between = paragraph.slice(at, index).trim();
          if (between.length > 12 && !said) lines.push(action(between, cjk));
          const rest = paragraph.slice(index + quoted.length);
          const name = speakerOf(paragraph.slice(0, index), rest, cjk);
          const narrated = paragraph.slice(0, index) + (said ? '' : ` ${rest.split(/[.。“"「]/)[0]}`);
          const last = turns[turns.length - 1];
          const who = name
            ? called(name)
            : said
              ? last
              : namedLast(narrated) ||
                (turns[turns.length - 2] ?? namedLast(whole.slice(0, whole.indexOf(paragraph))));
          if (who) cast.add(who);
          if (!said || (name && called(name) !== turns[turns.length - 1])) turns.push(who);
          const speaker = who || (cjk ? '旁人' : 'VOICE');
          const line = lines[lines.length - 1];
          const head = cjk ? `**${speaker}**：` : `**${speaker.toUpperCase()}**\\\n`;
          if (said && line?.startsWith(head))
            lines[lines.length - 1] = `${line}${cjk ? '' : ' '}${spoken(words)}`;
          else lines.push(head + spoken(words));
          said = true;
          at = index + quoted.length;
        }
        const rest = paragraph.slice(at).trim();
        if (!said) lines.push(action(rest, cjk));
        else {
          const after = sentencesOf(rest).filter(
            (sentence, i) => i > 0 || !(cjk ? AFTER_CJK : AFTER_EN).test(` ${sentence}`.slice(1)),
          );
          if (after.length > 0 && after.join('').length > 12)
            lines.push(action(after.join(cjk ? '' : ' '), cjk));
        }
      }
      const options = [
        ...new Set([
          heading(here, outside),
          ...places.slice(1, 5).map((each) => heading(each, OUTSIDE.test(each))),
        ]),
      ];
      return {
        first: heading(here, outside),
        places: options.join('\n'),
        script: lines.join('\n\n'),
        passage: whole.slice(0, 700),
      };
    });
  return { scenes: made, cast: [...cast] };
}

/** What was said, without the comma before “he said”. @param {string} words */
const spoken = (words) => words.trim().replace(/,$/, '.').replace(/，$/, '。');

/** Everybody who is named with what they say. @param {string} text @param {boolean} cjk @returns {string[]} */
function namesSpeaking(text, cjk) {
  return text
    .split('\n')
    .flatMap((paragraph) =>
      [...paragraph.matchAll(QUOTED)]
        .map(({ 0: quoted, index }) =>
          speakerOf(paragraph.slice(0, index), paragraph.slice(index + quoted.length), cjk),
        )
        .filter(Boolean),
    );
}

/** @param {string} text @param {boolean} cjk */
const action = (text, cjk) => (cjk ? `（${text.replace(/^[，,。]/, '')}）` : `*${text.replaceAll('*', '')}*`);
