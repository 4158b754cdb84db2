// Words that customers use for the same thing, in three languages, so that "money back" finds the page on refunds and a
// Chinese question an English answer. What only a shop knows stands in its knowledge, not here.
import { fold, pairsOf, runsOf, stemOf, wordsOf } from './terms.js';

/** One line a concept: its name, then words and phrases. A word may stand in several. */
const TABLE = `
delivery: delivery, deliver, ship, send, shipping, shipment, dispatch, post, courier, parcel, package, 配送, 送货, 发货, 快递, 物流, 邮寄, 寄送, 寄到, 寄, 送到, 运送, 包裹, 派送, 运费, 邮费, 発送, 送料, お届け
abroad: abroad, international, internationally, overseas, other country, other countries, foreign, worldwide, 国外, 海外, 国际, 境外
duration: how long, how many days, how fast, how quickly, how soon, days, time, 多久, 几天, 多长时间, 多少天, 什么时候能到, 什么时候到, 时间, 时效, 何日
price: how much, price, cost, fee, charge, rate, expensive, pay for, 多少钱, 价格, 费用, 费, 价钱, 收费, 售价, 几块, 运费, 邮费, いくら, 料金, 値段
free: free, no charge, without charge, gratis, 免费, 包邮, 免运费, 免邮, 無料
return: return, send back, give back, bring back, take back, 退货, 退换, 退回, 退, 返品
refund: refund, money back, reimburse, reimbursement, 退款, 退钱, 返金
exchange: exchange, swap, change for another, different size, other size, wrong size, too small, too big, too large, 换货, 退换, 换, 换码, 换个尺码, 交換
cancel: cancel, cancellation, 取消, キャンセル
order: order, purchase, buy, bought, 订单, 下单, 订购, 购买, 买, 注文
change: change, modify, amend, edit, correct, 修改, 更改, 变更, 改, 変更
track: track, tracking, where is my, where's my, 查询物流, 追踪, 查快递, 物流信息, 单号, 到哪, 查询, 追跡
payment: pay, payment, paid, 付款, 支付, 付, 结账, 支払
card: card, credit card, debit card, visa, mastercard, 信用卡, 银行卡, 刷卡
paypal: paypal, apple pay, google pay, 支付宝, 微信支付, 微信付款, 电子钱包
invoice: invoice, bill, receipt, vat, 发票, 收据, 账单, 領収書
instalment: instalment, installment, pay later, klarna, 分期, 花呗
voucher: voucher, gift card, gift certificate, coupon, promo code, discount code, 礼品卡, 优惠券, 优惠码, 折扣码, 代金券
discount: discount, sale, reduced, cheaper, student, 折扣, 打折, 优惠, 促销
warranty: warranty, guarantee, guaranteed, 保修, 质保, 保证, 保証
defect: broken, defect, defective, damaged, faulty, tear, torn, ripped, damage, complaint, complain, 坏, 破, 损坏, 破损, 瑕疵, 质量问题, 投诉, 故障, 不良
repair: repair, fix, mend, 维修, 修理, 修补, 修
size: size, sizing, fit, measure, measurement, 尺码, 尺寸, 大小, 码数, 合身, サイズ
wash: wash, washing, clean, cleaning, laundry, machine wash, dry clean, 洗, 清洗, 洗涤, 机洗, 洗衣机, 干洗, 洗濯
care: care, maintain, maintenance, look after, proof again, reproof, 保养, 护理, 养护
iron: iron, 熨, 熨烫
dryer: dryer, tumble dry, tumble, 烘干, 烘干机
opening: opening hours, opening time, open, opening, close, closed, hours, business hours, 营业, 营业时间, 开门, 几点, 上班, 関門, 営業時間
address: where are you, where is the shop, where is your, address, located, location, find you, 地址, 在哪里, 在哪儿, 位置, 哪里, 住所
store: store, shop, showroom, branch, 门店, 实体店, 店铺, 商店, 店, 店舗
contact: contact, reach, get in touch, phone, telephone, call, email, e-mail, write to, number, 联系, 联系方式, 电话, 邮箱, 邮件, 客服, 連絡, 電話
human: human, real person, someone, agent, staff, representative, talk to, speak to, speak with, colleague, 人工, 真人, 人工客服, 工作人员
account: account, register, sign up, log in, login, password, 账户, 账号, 注册, 登录, 密码, 帳號
delete: delete, remove, erase, 删除, 注销
privacy: privacy, data, personal data, gdpr, cookies, tracking me, 隐私, 个人信息, 数据, 個人情報
newsletter: newsletter, unsubscribe, subscribe, mailing list, 订阅, 退订, 邮件列表
material: material, fabric, made of, composition, 材质, 面料, 材料, 成分, 素材
origin: made in, where made, produced, factory, manufactured, origin, 产地, 生产, 哪里生产, 制造
sustainable: sustainable, sustainability, environment, environmental, ecological, eco, recycled, recycle, organic, 环保, 可持续, 回收, 有机
vegan: vegan, animal, 素食, 动物
waterproof: waterproof, rainproof, water resistant, water repellent, keep me dry, 防水, 防雨, 防泼水
warm: warm, insulated, winter, cold, 保暖, 暖和, 冬季, 冬天, 御寒
light: light, lightweight, heavy, weight, weigh, 轻, 轻便, 轻量, 重量, 多重, 重
stock: in stock, available, availability, out of stock, sold out, back in stock, 有货, 现货, 缺货, 库存, 补货, 在庫
wholesale: wholesale, bulk, business customer, company order, reseller, 批发, 团购, 企业采购, 大量
gift: gift, gift wrap, present, wrapping, 礼物, 礼品, 包装, 送礼
late: late, delay, delayed, not arrived, hasn't arrived, still waiting, missing, lost, never came, 没到, 还没到, 没收到, 延误, 丢失, 丢了, 迟到
pickup: pick up, pickup, collect, collection, click and collect, 自提, 自取, 到店取
express: express, next day, same day, overnight, faster, urgent, 加急, 次日达, 当天, 特快
customs: customs, duty, duties, import tax, tax, 关税, 海关, 税
minimum: minimum, at least, from what amount, 最低, 起送, 满多少, 满
company: who are you, about you, your company, your story, founded, founder, since when, history, 你们是谁, 公司, 品牌, 创立, 创始人, 成立
job: job, work for you, career, vacancy, hiring, apply, 招聘, 工作机会, 应聘, 求人
safe: safe, secure, security, ssl, 安全
terms: terms, conditions, terms and conditions, contract, withdrawal, right of withdrawal, 条款, 合同, 协议, 撤销, 規約
unworn: unworn, unused, worn, used, original packaging, tags, label, 穿过, 未穿, 用过, 吊牌
deadline: within, deadline, until when, how long do i have, 期限, 多久内, 几天内, 之内
country: country, countries, 国家, 地区
`;

/** @type {Map<string, Array<{stems: string[], names: string[]}>>} phrases of words by their first stem, the longest first */
const PHRASES = new Map();
/** @type {Map<string, string[]>} concepts of words in signs */
const SIGNS = new Map();
let longest = 1;
/** @type {Map<string, string[][]>} the other words of a concept, as terms */
const WORDS = new Map();

for (const line of TABLE.trim().split('\n')) {
  const [name, list] = line.split(': ');
  const words = list.split(', ').map(fold);
  WORDS.set(
    `@${name}`,
    words.map((word) => (/^[a-z]/.test(word) ? wordsOf(word) : [word])),
  );
  for (const word of words) {
    if (!/^[a-z]/.test(word)) {
      SIGNS.set(word, [...(SIGNS.get(word) ?? []), `@${name}`]);
      longest = Math.max(longest, [...word].length);
      continue;
    }
    const stems = wordsOf(word);
    const row = PHRASES.get(stems[0]) ?? [];
    const known = row.find((each) => each.stems.join(' ') === stems.join(' '));
    if (known) known.names.push(`@${name}`);
    else row.push({ stems, names: [`@${name}`] });
    row.sort((a, b) => b.stems.length - a.stems.length);
    PHRASES.set(stems[0], row);
  }
}

/** Words that say nothing of what is asked. */
const EMPTY = new Set(
  'a an the i me my we us our you your he she it its they them their this that these those there here am is are was were be been being do does did doing have has had having can could will would shall should may might must and or but if so then than too very just also about as at by for from in into of off on onto out over to under up with what which who whom whose when where why how any some please hello hi hey thanks thank tell want need like get got know let ask question es m re ve ll d t dont doesnt isnt arent cant wont didnt havent hasnt im ive youre id thats whats wheres not no yes ok okay really still take give make thing someth anyth accept work method way use sell offer provide until happen possible allow come put see find look such each every other else go goe many much lot here now today'
    .split(' ')
    .map(stemOf),
);
const EMPTY_SIGNS =
  /^(请问一下|请问|我想知道|想知道|我想问|我想|你们家|你们|我们|他们|咱们|你好|您好|您|你|我|他|她|的话|的|了|吗|呢|吧|啊|呀|嘛|么|是否|是不是|是|有没有|有|能不能|能否|能|可不可以|可以|可|会不会|会|要不要|需要|要|什么|怎么样|怎么办|怎么|怎样|如何|为什么|哪些|哪个|哪|多少|几|一下|一个|一些|一|和|与|或者|或|在|从|到|对|给|把|被|让|这个|那个|这些|那些|这|那|都|也|还|就|才|只|很|太|吗|谢谢|麻烦|告诉|知道|想|请|支持|提供|进行|如果|之后|以后|后|前|里|上|下|个|件|や|の|は|が|を|に|で|と|も|です|ます|ですか|ますか|か|ください|ありますか|ある|いつ|どこ|何)/u;

/**
 * @typedef {object} Term
 * @property {string} text a stem, two signs, or a concept (`@delivery`)
 * @property {string[]} words the words it stands for: an index term each
 * @property {boolean} [name] begins with a capital inside a sentence, or holds a digit
 */

/** Stems that the text writes with a capital inside a sentence. @param {string} text */
function namesIn(text) {
  const found = new Set();
  for (const [word] of text.matchAll(/(?<=[\p{L}\p{N},;:"“(] ?)\b\p{Lu}[\p{L}\p{N}-]+/gu))
    if (!/^(I|I'm)$/.test(word)) for (const stem of wordsOf(fold(word))) found.add(stem);
  return found;
}

/** A run of signs cut by the words that are known; what is left in pairs. @param {string} run @param {Term[]} terms */
function readSigns(run, terms) {
  let rest = '';
  const flush = () => {
    for (const pair of pairsOf(rest)) terms.push({ text: pair, words: [...pair] });
    rest = '';
  };
  for (let at = 0; at < run.length;) {
    let taken = 0;
    for (let length = Math.min(longest, run.length - at); length > 0 && taken === 0; length--) {
      const names = SIGNS.get(run.slice(at, at + length));
      if (!names) continue;
      flush();
      for (const name of names) terms.push({ text: name, words: [...run.slice(at, at + length)] });
      taken = length;
    }
    const empty = taken === 0 ? (EMPTY_SIGNS.exec(run.slice(at))?.[0].length ?? 0) : 0;
    if (empty > 0) flush();
    else if (taken === 0) rest += run[at];
    at += Math.max(1, taken, empty);
  }
  flush();
}

/** @param {string[]} stems @param {Set<string>} names @param {Term[]} terms */
function readWords(stems, names, terms) {
  for (let at = 0; at < stems.length;) {
    const phrase = (PHRASES.get(stems[at]) ?? []).find(({ stems: wanted }) =>
      wanted.every((stem, i) => stems[at + i] === stem),
    );
    if (phrase) {
      for (const text of phrase.names) terms.push({ text, words: phrase.stems });
      at += phrase.stems.length;
      continue;
    }
    const stem = stems[at++];
    if (EMPTY.has(stem)) continue;
    terms.push({ text: stem, words: [stem], ...(names.has(stem) || /\d/.test(stem) ? { name: true } : {}) });
  }
}

/** What a text is about, without words that say nothing: each concept or word once. @param {string} text @returns {Term[]} */
export function conceptTerms(text) {
  /** @type {Term[]} */
  const terms = [];
  const names = namesIn(text);
  for (const { signs, text: run } of runsOf(fold(text))) {
    if (signs) readSigns(run, terms);
    else readWords(wordsOf(run), names, terms);
  }
  const seen = new Set();
  return terms.filter(({ text: term }) => !seen.has(term) && seen.add(term));
}

/** All words of a concept, each a list of index terms; a plain term has itself. @param {Term} term @returns {string[][]} */
export const wordsFor = ({ text, words }) => WORDS.get(text) ?? [words];

/** Concepts that all kinds of questions have. */
const VAGUE = new Set(
  'duration price free light warm safe change address delete gift origin company country discount job minimum late terms care iron store'
    .split(' ')
    .map((name) => `@${name}`),
);

/** @param {Term} term */
export const isConcept = ({ text }) => text.startsWith('@');

/** Whether a text speaks of a shop's business. @param {readonly Term[]} terms */
export const isBusiness = (terms) => terms.some((term) => isConcept(term) && !VAGUE.has(term.text));
