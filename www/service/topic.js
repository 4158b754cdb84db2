// What kind of question it is before anything is looked up: a greeting, a task that is not a shop's, an attempt to change the
// rules, a wish for a person. Rules only; pure.
import { conceptTerms } from './concepts.js';
import { fold } from './terms.js';

/** @typedef {'greeting' | 'thanks' | 'machine' | 'rules' | 'task' | 'person' | ''} Kind */

const GREETING =
  /^(hi|hello|hey|good (morning|day|evening|afternoon)|moin|你好|您好|嗨|在吗|早上好|晚上好|こんにちは|はじめまして)[\s!.,，。！~～]*( there)?[\s!.]*$/;
const THANKS =
  /^(ok(ay)?[, ]*)?(thanks?( you)?( (so|very) much| a lot)?|thx|great|perfect|谢谢(你|您)?|多谢|好的?[,， ]?谢谢|ありがとう(ございます)?|(good)?bye|再见)[\s!.,，。！]*$/;
const MACHINE =
  /\b(are you|am i (talking|speaking|chatting) (to|with)|is this) (a |an |really )?(human|person|real|robot|bot|machine|ai|computer)\b|你是(不是)?(机器人|真人|人工智能|ai|机器)|是机器人吗|人間ですか|ロボット/;
/** Who writes this wants other rules. */
const RULES =
  /\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instruction|rule|prompt|guideline|above|previous|polic)|\b(system|hidden|initial) (prompt|instruction|message)|\b(pretend|act|behave|role-?play)\b.{0,20}\b(as|to be|like|you are|that)\b|\byou are now\b|\bfrom now on you\b|\bjailbreak|\bdeveloper mode|\bdan mode|\bwithout (any )?(restriction|filter|rule)s?|\b(reveal|show|print|repeat) (me )?(your|the) (instruction|prompt|rule)|(忽略|无视|忘记|忘掉|跳过|绕过).{0,14}(指令|规则|设定|提示|要求|限制)|系统提示|开发者模式|(假装|扮演)|你现在是|从现在起你|(命令|指示|ルール).{0,8}(無視|忘れ)|システムプロンプト/;
/** Tasks that no shop is asked for. */
const TASK =
  /\b(poem|poetry|haiku|limerick|essay|short story|bedtime story|joke|riddle|lyrics|song about|screenplay|python|javascript|typescript|java|sql|html|regex|algorithm|source code|code that|recipe|homework|horoscope|zodiac|equation|derivative|integral|square root|translate|synonym|crossword|sudoku|chess|lottery|bitcoin|crypto|stock market|share price|president|prime minister|election|politician|parliament|religion|god|world cup|champions league|football match|movie|film|netflix|celebrit\w*|dinosaur\w*|galaxy|planet|black hole|photosynthesis|world war|napoleon|shakespeare|meaning of life|girlfriend|boyfriend|dating|diagnos\w*|symptom|headache|dose|medicine|lawyer|tax return|loan|mortgage)\b|\bwrite (me )?(a|an|some|the) (?!review|mail|e-?mail|complaint|message)|\bcapital (city )?of\b|\bweather\b.{0,20}\b(today|tomorrow|in|like|forecast)|\bwhat('s| is) \d+\s*[-+*x/]\s*\d+|\bhow (old|tall|far) is\b|\bwho (invented|discovered|wrote|painted|won)\b|作文|写(一|首|篇|个|段)|诗|笑话|谜语|故事|歌词|代码|编程|程序|算法|菜谱|怎么做(菜|饭)|作业|星座|运势|方程|翻译|彩票|比特币|股票|股市|总统|首相|主席|选举|政治|宗教|世界杯|球赛|电影|电视剧|明星|恐龙|星系|黑洞|光合作用|世界大战|拿破仑|莎士比亚|人生的意义|女朋友|男朋友|头疼|头痛|吃什么药|诊断|首都|天气|谁发明|谁写|几加几|等于几|\d+\s*[-+*×x]\s*\d+\s*(是|等于|=)/;
/** Said to a shop, not to the world. Polite openings are no address. */
const POLITE =
  /\b(can|could|would|will) you (please )?(tell|explain|say|help|give|show|answer|let)\b( me| us)?|\bdo you know\b|\bplease\b|你(能|可以)?(告诉|帮|给)我?|你知道/g;
const ADDRESSED =
  /\b(you|your|yours|my (order|parcel|package|return|refund|size|account|purchase|invoice|jacket|shoes|boots))\b|\b(i|we)('d| would)? (want|like|need|look|am looking|bought|ordered|received|paid|return|buy|order)|你们|你家|您们|贵店|贵公司|我的(订单|包裹|快递|退款|账户)|我(买|想买|要买|订|退|收到|付)|有没有卖|^(?:请问|你好|您好)?[,， ]?有(?:没有)?[^几多什]{1,10}(?:吗|么|卖)|店里|御社|そちら/;
const PERSON =
  /\b(talk|speak|chat|connect|transfer|put me through)( me)? (to|with)( a| an| the| your| some)? ?(real |live |actual )?(human|person|someone|somebody|agent|staff|employee|colleague|representative|manager|team|operator|support)|\b(a )?(real|live) (person|human|agent)\b|^(human|agent|operator|representative)[.!? ]*$|(转|找|要|接|联系)(一个|个|位)?(人工|真人|客服人员|工作人员|经理)|人工客服|オペレーター|人と話/;

/** @param {string} question @returns {Kind} */
export function kindOf(question) {
  const text = fold(question).trim();
  if (RULES.test(text)) return 'rules';
  if (GREETING.test(text)) return 'greeting';
  if (THANKS.test(text)) return 'thanks';
  if (MACHINE.test(text)) return 'machine';
  if (PERSON.test(text)) return 'person';
  return TASK.test(text) ? 'task' : '';
}

/** Whether the shop is spoken to, or of its business. @param {string} question */
export const isAddressed = (question) => ADDRESSED.test(fold(question).replace(POLITE, ' '));

/** Whether a text has one of a merchant's words, whole. @param {string} text @param {readonly string[]} words @returns {string | undefined} */
export function hasWord(text, words) {
  const folded = ` ${fold(text)} `;
  return words.find((word) => {
    const wanted = fold(word).trim();
    if (wanted === '') return false;
    if (/[^\p{Script=Latin}\p{N}\s'-]/u.test(wanted)) return folded.includes(wanted);
    const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?:s|es)?(?![\\p{L}\\p{N}])`, 'u').test(folded);
  });
}

/** Short questions that only make sense after another. @param {string} question */
export function refersBack(question) {
  const text = fold(question).trim();
  if (conceptTerms(question).length > 2) return false;
  return /^(and|what about|how about|also|but)\b|\b(it|that|this|those|them|there|one|ones)\b|^(那|还有|它|这个|那个)|呢[?？]?$|^それ/.test(
    text,
  );
}
