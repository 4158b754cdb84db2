// Numbers, dates and names in a text: which of those given stand in what was written, and which stand there without having been
// given. By rules; nothing is asked of a model.

/**
 * @typedef {{kind: 'number' | 'name' | 'words', text: string, start: number, end: number, value?: number}} Found
 * @typedef {{kind: Found['kind'], text: string, label?: string, kept: boolean}} Tick
 */

/** Full-width digits and letters as the usual ones, at the same places. @param {string} text */
const narrow = (text) =>
  text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/−/g, '-');

const DIGITS = /\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?/g;
const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const DAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ');
const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const WORD = new Map([
  ...ONES.map((word, i) => /** @type {[string, number]} */ ([word, i])),
  ...TENS.map((word, i) => /** @type {[string, number]} */ ([word, 20 + i * 10])),
]);
/** With a tens word before a ones word: twenty-five. */
const NUMBER_WORDS = new RegExp(
  `\\b(?:(${TENS.join('|')})[- ](${ONES.slice(1, 10).join('|')})|(${[...WORD.keys()].join('|')}))\\b`,
  'gi',
);
/** People say “one” and “two” without counting. */
const LEAST_WORD = 3;

const HAN = '零〇一二三四五六七八九';
const UNIT = new Map([
  ['十', 10],
  ['百', 100],
  ['千', 1000],
]);
const HAN_NUMBER =
  /(?:百分之|第)?[零〇一二两三四五六七八九十百千万亿]+(?=(个|名|人|次|年|月|日|号|岁|元|块|米|公里|吨|台|件|家|所|倍|天|周|小时|分钟|秒|度|级|层|辆|位|条|种|万|亿|％|%)?)/g;
/** Words that only look like numbers. */
const HAN_WORD = /^(?:万一|十分|千万|百万|万千|一一|一二|三四|七八|四百|万万|百千)$/;

/** @param {string} text of Chinese numerals */
function hanValue(text) {
  const digits = text
    .replace(/^百分之|^第/, '')
    .replaceAll('两', '二')
    .replaceAll('〇', '零');
  if (!/[十百千万亿]/.test(digits) && digits.length > 1)
    return Number([...digits].map((c) => '零一二三四五六七八九'.indexOf(c)).join(''));
  let total = 0;
  let section = 0;
  let digit = 0;
  for (const c of digits) {
    const at = HAN.indexOf(c);
    if (at >= 0) digit = at <= 1 ? 0 : at - 1;
    else if (c === '万' || c === '亿') {
      total = (total + section + digit || 1) * (c === '万' ? 1e4 : 1e8);
      section = digit = 0;
    } else {
      section += (digit || 1) * (UNIT.get(c) ?? 1);
      digit = 0;
    }
  }
  return total + section + digit;
}

/** The text that was looked at last: its facts are looked for one by one. @type {{text: string, numbers: Found[]}} */
let last = { text: '', numbers: [] };

/** @param {string} given @returns {Found[]} */
export function numbersIn(given) {
  if (given !== last.text) last = { text: given, numbers: findNumbers(given) };
  return last.numbers;
}

/** @param {string} given @returns {Found[]} */
function findNumbers(given) {
  const text = narrow(given);
  /** @type {Found[]} */
  const found = [];
  const add = (/** @type {number} */ start, /** @type {string} */ words, /** @type {number} */ value) =>
    found.push({
      kind: 'number',
      text: given.slice(start, start + words.length),
      start,
      end: start + words.length,
      value,
    });
  for (const { 0: words, index } of text.matchAll(DIGITS))
    add(index, words, Number(words.replaceAll(',', '')));
  for (const { 0: words, 1: tens, 2: ones, 3: alone, index } of text.matchAll(NUMBER_WORDS)) {
    const value = alone
      ? (WORD.get(alone.toLowerCase()) ?? 0)
      : (WORD.get(tens.toLowerCase()) ?? 0) + (WORD.get(ones.toLowerCase()) ?? 0);
    if (value >= LEAST_WORD) add(index, words, value);
  }
  for (const { 0: words, 1: measure, index } of text.matchAll(HAN_NUMBER)) {
    if (/\d$/.test(text.slice(0, index)) || HAN_WORD.test(words)) continue; // 3万: the digits are enough
    const counts = measure !== undefined || words.length > 1;
    const value = hanValue(words);
    if (counts && value >= LEAST_WORD) add(index, words, value);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** What a number may be written as: 120000 is 12万 and 120 thousand. */
const SCALES = [1, 1e3, 1e4, 1e6, 1e8, 1e9];

/** Words that begin with a capital and name nobody. */
const NO_NAME = new Set(
  [
    ...MONTHS.filter((month) => month !== 'may' && month !== 'march'),
    ...'i mr mrs ms dr prof the a an and or but if in on at it he she we they you this that these those my our your his her their what when where who how why yes no not dear hello hi thanks thank best kind regards sincerely subject int ext am pm ok am'.split(
      ' ',
    ),
  ].values(),
);
for (const month of MONTHS) NO_NAME.delete(month);

const CAPITAL = /(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}'’-]*/gu;
/** Where a capital says nothing: after the end of a sentence, a line's start, or a mark that opens. */
const OPENS = /(?:^|[.!?:;。！？：；…\n]|[-–—|*#>[(“"‘'「『/•]|\d[.)])\s*["“‘'*_(]*$/u;
const HAN_TITLE = /《[^《》\n]{1,30}》/g;
const SURNAMES =
  '王李张刘陈杨黄赵周吴徐孙马胡朱郭何罗高林郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤';
const HAN_PERSON = new RegExp(
  `(?<![\\u4e00-\\u9fff])[${SURNAMES}][\\u4e00-\\u9fff]{1,2}(?=说|表示|介绍|指出|认为|告诉|称|先生|女士|教授|老师|医生|经理|主任|博士|，男|，女)`,
  'g',
);
const HAN_PLACE =
  /[\u4e00-\u9fff]{2,4}(?:省|自治区|大学(?!生)|集团|公司|银行|出版社)(?![\u4e00-\u9fff]*[的地])/g;

/** @param {string} text @returns {Found[]} */
export function namesIn(text) {
  /** @type {Found[]} */
  const found = [];
  const add = (/** @type {number} */ start, /** @type {string} */ words) =>
    found.push({ kind: 'name', text: words, start, end: start + words.length });
  const titled = titleLines(text);
  for (const { 0: word, index } of text.matchAll(CAPITAL)) {
    const lower = word.toLowerCase().replace(/['’]s$/, '');
    if (NO_NAME.has(lower) || titled.some(([from, to]) => index >= from && index < to)) continue;
    const acronym = word.length > 1 && word === word.toUpperCase() && /\p{Lu}{2}/u.test(word);
    const opens = OPENS.test(text.slice(Math.max(0, index - 8), index)) || index === 0;
    const next = /^[ ]\p{Lu}\p{Ll}/u.test(text.slice(index + word.length, index + word.length + 3));
    if (acronym || !opens || (next && !COMMON_START.has(lower))) add(index, word.replace(/['’]s$/, ''));
  }
  for (const pattern of [HAN_TITLE, HAN_PERSON, HAN_PLACE])
    for (const { 0: words, index } of text.matchAll(pattern)) add(index, words);
  return found.sort((a, b) => a.start - b.start);
}

/** Words that begin a sentence right before a name. */
const COMMON_START = new Set(
  'after before when while since although because for from with without by as at in on to of according meanwhile today yesterday tomorrow then now here there every each many most some all both near under over between during despite later earlier also so yet once until if unless whether however another last next new old'.split(
    ' ',
  ),
);

/** Lines in which nearly every word has a capital, such as headings: it says nothing there. @param {string} text @returns {Array<[from: number, to: number]>} */
function titleLines(text) {
  /** @type {Array<[number, number]>} */
  const found = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const words = line.match(/[\p{L}][\p{L}'’-]*/gu) ?? [];
    const long = words.filter((word) => word.length > 3);
    const high = long.filter((word) => /^\p{Lu}/u.test(word));
    if (/^\s*(?:#|\*\*[^*]+\*\*\s*:?\s*$)/.test(line) && long.length > 1 && high.length >= long.length * 0.7)
      found.push([at, at + line.length]);
    at += line.length + 1;
  }
  return found;
}

/** The same wherever it is compared: width, case, spaces and kinds of marks left out. @param {string} text */
export const plain = (text) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—−]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();

/** ISO dates in a text say their month in words, too. @param {string} text */
function monthsOf(text) {
  const numbers = [...text.matchAll(/\d{4}[-/.年](\d{1,2})[-/.月]\d{1,2}/g)].map(([, month]) =>
    Number(month),
  );
  return numbers.map((month) => MONTHS[month - 1] ?? '');
}

/**
 * What stands in a text without having been given.
 * @param {string} written @param {string} given all that may be drawn from @returns {Found[]}
 */
export function inventedIn(written, given) {
  const values = new Set(numbersIn(given).map(({ value }) => value));
  const source = plain(given);
  const words = new Set([...(source.match(/[\p{L}][\p{L}\p{N}'-]*/gu) ?? []), ...monthsOf(given)]);
  const numbers = numbersIn(written).filter(({ value = 0, text }) => {
    if (source.includes(plain(text))) return false;
    return !SCALES.some((scale) => values.has(value * scale) || values.has(value / scale));
  });
  const names = namesIn(written).filter(({ text }) => {
    const name = plain(text);
    if (/^[\x20-\x7e\u00c0-\u024f]+$/.test(name))
      return !name
        .split(/[ -]/)
        .every((each) => words.has(each) || words.has(each.replace(/'s$|s$|\d+$/, '')));
    return !source.includes(name.replace(/[《》]/g, ''));
  });
  return [...numbers, ...names].sort((a, b) => a.start - b.start);
}

/** Whether a text has this number, name or wording. @param {string} written @param {Pick<Found, 'kind' | 'text' | 'value'>} fact */
export function hasFact(written, { kind, text, value }) {
  const there = plain(written);
  const wanted = plain(text);
  if (kind === 'number' && value !== undefined) {
    if (
      new RegExp(`(?<![\\d.,])${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\d]|[.,]\\d)`).test(there)
    )
      return true;
    const values = new Set(numbersIn(written).map((each) => each.value));
    return SCALES.some((scale) => values.has(value * scale) || values.has(value / scale));
  }
  if (there.includes(wanted)) return true;
  // Chinese is written with and without spaces around Latin words.
  return /[\u3400-\u9fff]/.test(wanted) && there.replaceAll(' ', '').includes(wanted.replaceAll(' ', ''));
}

/** The numbers and names of a text, each once. @param {string} text @returns {Found[]} */
export function factsIn(text) {
  /** @type {Map<string, Found>} */
  const found = new Map();
  for (const fact of [...numbersIn(text), ...joined(namesIn(text), text)])
    if (!found.has(plain(fact.text))) found.set(plain(fact.text), fact);
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** Names whose words follow each other are one. @param {Found[]} names @param {string} text @returns {Found[]} */
function joined(names, text) {
  /** @type {Found[]} */
  const whole = [];
  for (const name of names) {
    const last = whole[whole.length - 1];
    if (last && text.slice(last.end, name.start) === ' ') {
      last.end = name.end;
      last.text = text.slice(last.start, name.end);
    } else whole.push({ ...name });
  }
  return whole;
}
