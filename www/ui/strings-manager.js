// The words of the model manager, loaded with it.
import { fill } from './i18n.js';

const en = {
  here: 'In this browser',
  none: 'No model is kept here yet.',
  room: '{used} used; room for {free} more.',
  roomUnknown: 'The browser does not say how much room there is.',
  persisted: 'The browser has promised to keep it.',
  notPersisted: 'The browser may remove it when space runs low.',
  persist: 'Ask it to keep it',
  refused: 'The browser did not promise it. It usually does once the page is used often or installed.',
  partial: '{stored} of {size} are here',
  published: 'as published',
  learned: 'as first stored',
  unknown: 'not checked as a whole yet',
  parts: '{n} parts',
  lastUsed: 'used {date}',
  use: 'Use',
  resume: 'Download the rest',
  completing: 'Downloading {name}: {percent}',
  verify: 'Check',
  verifying: 'Checking {name}: {percent}',
  sound: '{name} is sound: every byte is as it should be.',
  damaged: '{name}: {n} damaged pieces were removed. They are fetched again at the next load.',
  different: '{name} differs from what was first stored. Delete it and download it again.',
  export: 'Save as a file',
  exporting: 'Saving {name}: {percent}',
  exported: '{name} was saved.',
  keep: 'Keep',
  delete: 'Delete',
  deleted: '{name} was deleted; {size} are free again.',
  more: 'Models to download',
  moreNote:
    'From a public model hub. The download goes there directly; the hub sees your address, as any site does.',
  get: 'Download and use ({size})',
  about: 'about {size}',
  context: '{n} tokens',
  thinks: 'thinks before it answers',
  import: 'Keep a GGUF file in this browser',
  importNote: 'For a model from a USB stick or a share. It is copied and then works like a downloaded one.',
  importing: 'Copying {name}: {percent}',
  imported: '{name} is kept here now.',
};

/** @type {typeof en} */
const zh = {
  here: '已存于此浏览器',
  none: '这里还没有保存任何模型。',
  room: '已用 {used}，还可存放 {free}。',
  roomUnknown: '浏览器没有说明还有多少空间。',
  persisted: '浏览器已承诺保留这些数据。',
  notPersisted: '空间不足时浏览器可能会清除这些数据。',
  persist: '请求浏览器保留',
  refused: '浏览器没有承诺。经常使用或安装本页后，它通常会同意。',
  partial: '已有 {stored}，共 {size}',
  published: '与发布者公布的一致',
  learned: '与首次保存时一致',
  unknown: '尚未整体校验',
  parts: '{n} 个分卷',
  lastUsed: '上次使用：{date}',
  use: '使用',
  resume: '继续下载',
  completing: '正在下载 {name}：{percent}',
  verify: '校验',
  verifying: '正在校验 {name}：{percent}',
  sound: '{name} 完好无损，每个字节都正确。',
  damaged: '{name}：已移除 {n} 个损坏的分块，下次加载时会重新获取。',
  different: '{name} 与最初保存的内容不同，请删除后重新下载。',
  export: '另存为文件',
  exporting: '正在保存 {name}：{percent}',
  exported: '{name} 已保存。',
  keep: '保留',
  delete: '删除',
  deleted: '已删除 {name}，释放了 {size}。',
  more: '可下载的模型',
  moreNote: '来自公开的模型仓库。下载直接连接该仓库；与访问任何网站一样，对方会看到您的网络地址。',
  get: '下载并使用（{size}）',
  about: '约 {size}',
  context: '{n} 个词元',
  thinks: '回答前先思考',
  import: '将 GGUF 文件保存到此浏览器',
  importNote: '适用于来自 U 盘或共享目录的模型。复制后与下载的模型用法相同。',
  importing: '正在复制 {name}：{percent}',
  imported: '{name} 已保存在这里。',
};

/** @typedef {keyof typeof en} Key */

/** @param {string} language @returns {(key: Key, values?: Record<string, string | number>) => string} */
export function managerWords(language) {
  const words = language === 'zh' ? zh : en;
  return (key, values = {}) => fill(words[key], values);
}
