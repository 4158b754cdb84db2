// Whether a question asks for a mind map, and of what: a topic, this conversation, the documents, or an outline that it
// brings along. By words alone, so that no other question pays for it.
import { mapDocuments } from './documents.js';

/**
 * @typedef {'en' | 'zh' | 'ja'} MapLanguage of the words around the topic
 * @typedef {{from: 'topic', topic: string, language: MapLanguage}} TopicRequest
 * @typedef {{from: 'conversation', language: MapLanguage} | {from: 'documents', language: MapLanguage}} SourceRequest
 * @typedef {{from: 'outline', outline: string, title: string, language: MapLanguage}} OutlineRequest `title`: empty where none is given
 * @typedef {TopicRequest | SourceRequest | OutlineRequest} MapRequest
 */

const NAME_EN = String.raw`(?:mind[ -]?maps?|concept maps?)`;
const NAME_ZH = '(?:思[维維][导導][图圖]|[脑腦][图圖]|心智[图圖])';
const NAME_JA = 'マインドマップ';
const NAMED = new RegExp(`${NAME_EN}|${NAME_ZH}|${NAME_JA}`, 'i');

/** `/map topic`, by any of its names. */
const COMMAND = /^\/(?:map|mindmap|思维导图|脑图|导图|マップ|マインドマップ)(?=[\s:：]|$)[\s:：]*/i;

/** What one asks about mind maps, rather than for one. */
const ABOUT =
  /^\s*(?:what|who|why|when|where|which|how|is|are|was|does|do|did|should)\b(?!.*\b(?:make|draw|create|turn|show me)\b.*\bfor me\b)|什么是|是什么|怎么|如何|为什么|为何|とは|なぜ|どうやって|使い方/i;

const MAKING_EN =
  /\b(?:make|draw|create|build|generate|give|show|sketch|produce|prepare|design|turn|put|organi[sz]e|need|want|like|please|as a|into a)\b/i;
const MAKING_ZH = /画|畫|做|生成|制作|製作|绘|繪|整理|归纳|总结|给我|帮我|来[一个张份]|转|要|的(?:思|脑|心)/;
const MAKING_JA = /描|書|作|生成|まとめ|整理|ください|下さい|にして|欲しい|ほしい|頼|のマインド/;

const CONVERSATION =
  /\b(?:(?:this|our|the) (?:conversation|chat|discussion|talk)|what we(?:'ve| have)? (?:discussed|talked|said)|the above|so far)\b|(?:这[次个段]?|本次|我们的?|上面的?|以上的?|刚才的?)(?:对话|聊天|谈话|讨论|内容)|(?:この|これまでの|今までの|上の)(?:会話|チャット|話|内容|やり取り)/i;
const DOCUMENTS =
  /\b(?:this|the|my|our|these|attached)\s+(?:attached\s+|pdf\s+)?(?:documents?|files?|pdfs?|papers?|reports?|books?|articles?|attachments?|slides?|text)\b|(?:这[份篇个本些]?|该|附件|上传的?|我的)?(?:文档|文件|文章|论文|报告|附件|书|资料|课件|PDF)(?=的?(?:思|脑|心|内容|生成|做|画|整理)|$)|(?:この|添付の?|私の)(?:文書|資料|ファイル|論文|レポート|本|記事|PDF)/i;

/** @param {string} text @returns {MapLanguage} */
export function mapLanguage(text) {
  if (/[\u3040-\u30ff]/.test(text)) return 'ja';
  return /\p{Script=Han}/u.test(text) ? 'zh' : 'en';
}

const ITEM = /^\s*(?:[-*+•]|\d+[.)、]|#{1,6})\s*\S/;

/** A list or headings, of at least two lines. @param {string} text */
const isOutline = (text) => (text.match(/^\s*(?:[-*+•]|\d+[.)、]|#{1,6})\s*\S/gm) ?? []).length >= 2;

/** The words around a topic, taken away. @param {string} line @param {MapLanguage} language */
function topicOf(line, language) {
  const text = line.trim().replace(/[。.!！？?\s]+$/u, '');
  if (language === 'zh' || language === 'ja') {
    const stripped = text
      .replace(
        /^(?:请|麻烦|能不能|可以|能否)*\s*(?:你)?\s*(?:帮我|给我|为我|替我)?\s*(?:把|将)?\s*(?:用)?\s*(?:画|畫|做|生成|制作|製作|绘制|繪製|整理|来|写|要)?\s*(?:出|成)?\s*(?:[一1][个張张份幅])?\s*(?:(?:关于|有关|介绍|讲解|以|围绕)\s*)?/u,
        '',
      )
      .replace(new RegExp(`^${NAME_ZH}\\s*(?:[,，:：]\\s*)?(?:(?:主题|内容)(?:是|为|:|：)?)?\\s*`, 'u'), '')
      .replace(
        new RegExp(
          `\\s*(?:整理|归纳|总结|转换?|画|做|制作|生成)?(?:成|为)?(?:[一1][个张份幅])?\\s*(?:的)?\\s*${NAME_ZH}.*$`,
          'u',
        ),
        '',
      )
      .replace(new RegExp(`\\s*(?:についての|に関する|について|の|を)?\\s*${NAME_JA}.*$`, 'u'), '')
      .replace(/^(?:介绍|讲解|说明|展示|分析|梳理)(?:一下)?/u, '')
      .replace(/(?:为主题|为中心|的)$/u, '');
    return stripped.trim();
  }
  const after = new RegExp(
    `${NAME_EN}\\s*(?:diagram\\s*)?(?:(?:of|about|on|for|explaining|showing|that shows|covering|describing)\\b|[:：,-])\\s*(.+)$`,
    'is',
  ).exec(text);
  if (after) return after[1].trim().replace(/^(?:the topic|topic)\s*(?:of|:)?\s+/i, '');
  const before = new RegExp(
    `^(?:please\\s+)?(?:(?:can|could|would) you\\s+)?(?:please\\s+)?(?:turn|put|make|organi[sz]e|draw|show|explain|summari[sz]e)\\s+(.+?)\\s+(?:in)?(?:to|as|in|with)?\\s*an?\\s+${NAME_EN}`,
    'is',
  ).exec(text);
  if (before) return before[1].trim();
  return (
    new RegExp(`^(.{2,80}?)[\\s,:-]+(?:as an?\\s+)?${NAME_EN}$`, 'is')
      .exec(text)?.[1]
      .replace(/^(?:make|draw|create|build|give me|show me|an?|the|please)\s+/gi, '')
      .trim() ?? ''
  );
}

/**
 * @param {string} text what was asked @param {{said?: boolean, names?: readonly string[]}} [here] whether anything was
 *   said before; names of the documents that are attached
 * @returns {MapRequest | undefined} nothing: it asks for no map
 */
export function mapRequest(text, { said = false, names = [] } = {}) {
  const command = COMMAND.exec(text.trimStart());
  const body = command ? text.trimStart().slice(command[0].length) : text;
  const [line = ''] = body.trim().split('\n', 1);
  const language = mapLanguage(command && !body.trim() ? text : line);
  const rest = body.trim().slice(line.length);
  if (!command) {
    if (!NAMED.test(line) || line.length > 300) return undefined;
    const making = MAKING_EN.test(line) || MAKING_ZH.test(line) || MAKING_JA.test(line);
    const short = line.replace(NAMED, '').trim().length <= 40;
    if (ABOUT.test(line) || !(making || short)) return undefined;
  }
  if (command && ITEM.test(line) && isOutline(body))
    return { from: 'outline', outline: body, title: '', language };
  const topic = (command && !NAMED.test(line) ? line : topicOf(line, language))
    .replace(/^[\s:：,，-]+/, '')
    .trim();
  if (isOutline(rest)) return { from: 'outline', outline: rest, title: topic, language };
  const named = names.some((name) => line.toLowerCase().includes(name.toLowerCase().replace(/\.\w+$/, '')));
  if (names.length > 0 && (named || DOCUMENTS.test(line))) return { from: 'documents', language };
  if (said && CONVERSATION.test(line)) return { from: 'conversation', language };
  if (topic === '' || CONVERSATION.test(topic)) {
    if (names.length > 0) return { from: 'documents', language };
    return said ? { from: 'conversation', language } : undefined;
  }
  // A text that follows is what the map is of, its first line the topic.
  return { from: 'topic', topic: topic.slice(0, 200), language };
}

/** What a question asks for, with what is there. @param {import('../skills.js').Question} question */
export function mapRequestOf({ text, messages }) {
  const said = messages.slice(0, -1).some(({ role }) => role === 'assistant');
  const names = mapDocuments()
    .attached()
    .map(({ name }) => name);
  return mapRequest(text, { said, names });
}
