/** One concept of the app and its one name in each language. */
export interface Term {
  /** What messages call it in English: whole words, in any case. Absent where English has no single word. */
  en?: RegExp;
  /** What Chinese messages call it. */
  zh: string;
  /** Other names that were used for it, or that people might fall back on. */
  not: { en?: readonly string[]; zh?: readonly string[] };
}

/**
 * One word per concept, as users of ComfyUI know it. A test holds both catalogues to it: no message has a
 * name from `not`, and where the English one has the term, the Chinese one has it too.
 */
export const GLOSSARY: readonly Term[] = [
  { en: /negative prompt/i, zh: '负面提示词', not: { zh: ['反向提示词', '负向提示词'] } },
  { en: /\bprompts?\b/i, zh: '提示词', not: { zh: ['提示语', '咒语'] } },
  { en: /\bwildcards?\b/i, zh: '通配符', not: { zh: ['万用字符', '通用符'] } },
  { en: /\bfavourites?\b/i, zh: '收藏', not: { zh: ['喜爱', '最爱'] } },
  { en: /\bCFG\b/, zh: 'CFG', not: { zh: ['CFG 值', 'CFG 引导强度'] } },
  { en: /\bpx\b/, zh: '像素', not: { zh: ['px'] } },
  { en: /fill holes/i, zh: '填补孔洞', not: { zh: ['填充空洞', '空洞'] } },
  { en: /\bremove\b(?! a mask)/i, zh: '移除', not: { zh: ['去除'] } },
  { en: /\bclear\b(?! parts)/i, zh: '清空', not: { zh: ['清除'] } },
  { en: /\bmask(s|ed)?\b/i, zh: '蒙版', not: { zh: ['蒙住', '遮罩', '掩码'] } },
  { en: /\bsampler\b/i, zh: '采样器', not: { zh: ['取样器'] } },
  { en: /\bscheduler\b/i, zh: '调度器', not: { zh: ['排程器'] } },
  { en: /\bseeds?\b/i, zh: '种子', not: { zh: ['随机数种子'] } },
  { en: /\binpaint\b/i, zh: '局部重绘', not: { zh: ['内补', '修补'] } },
  { en: /\bqueue\b/i, zh: '队列', not: { zh: ['伫列'] } },
  { en: /\brecipe\b/i, zh: '配方', not: { zh: ['食谱'] } },
  { en: /what the model sees/i, zh: '重绘区域', not: { zh: ['模型看到的范围'] } },
  { en: /\bundo(ne)?\b/i, zh: '撤销', not: { zh: ['撤回'] } },
  { en: /\boffline\b/i, zh: '不在线', not: { en: ['is away'], zh: ['离线'] } },
  { en: /\bcollections?\b/i, zh: '合集', not: { zh: ['归集', '收藏夹'] } },
  { en: /\bslider\b/i, zh: '滑块', not: { zh: ['滑杆', '拉杆'] } },
  { en: /\bblink\b/i, zh: '闪烁', not: { zh: ['闪现'] } },
  { zh: '主导航', not: { en: ['Rooms'], zh: ['房间'] } },
  { zh: '压力曲线', not: { en: ['Touch', 'Least effect'], zh: ['手感'] } },
  { zh: '工具栏位置', not: { en: ['Tools stand'] } },
];
