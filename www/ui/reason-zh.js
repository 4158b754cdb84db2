// Why the engine runs where it runs, in Chinese. The engine says it in English, from few patterns; what is new stays as it is.

/** @type {ReadonlyArray<[RegExp, string]>} */
const PATTERNS = [
  [/the fastest build there is/, '这是最快的构建'],
  [/it was asked for/, '按您的选择'],
  [/encoders run on the processor/, '编码器在处理器上运行'],
  [/no GPU is used, although it was asked for, because: /, '虽然选择了显卡，但没有使用，因为：'],
  [/no GPU is used, because: /, '没有使用显卡，因为：'],
  [/gpu backend: /, ''],
  [/it computes on the CPU itself/, '它本身就在处理器上计算'],
  [/(\S.*) computes on the CPU/, '$1 在处理器上计算'],
  [/a layer takes it ([\d.]+) ms and the CPU ([\d.]+) ms/, '计算一层，显卡需要 $1 毫秒，处理器需要 $2 毫秒'],
  [/this browser offers no graphics card/, '这个浏览器没有提供显卡'],
  [/f16 keys and values are off, because /, '未使用 f16 的键和值，因为 '],
  [/tokens are chosen on the CPU, because /, '词元在处理器上选取，因为 '],
  [/no ([\w-]+) and ([\w-]+) for ([\w-]+)/g, '$3 需要 $1 和 $2'],
  [/no ([\w-]+) for ([\w-]+)/g, '$2 需要 $1'],
  [/the shader compiler says: /, '着色器编译器说：'],
  [/; /g, '；'],
];

/** @param {string} reason */
export const reasonInChinese = (reason) =>
  PATTERNS.reduce((text, [pattern, words]) => text.replace(pattern, words), reason);
