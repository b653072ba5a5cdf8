export const selection = {
  title: '选择',
  count_other: '已选择 {{formatted}} 项',
  none: '未选择任何图片',
  unlisted_other: '其中 {{formatted}} 项未显示',
  about: '约 {{size}}',
  clear: '清空选择',
  all: '选择全部 {{formatted}} 项',
  invert: '反选',
  range: '选择沿途的所有图片',
  area: '框选图片',
  drag: '从空白处拖动',
};
