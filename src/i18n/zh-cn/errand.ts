/** What the editor says while it paints a mask for a form of the Workflows room. */
export const errand = {
  title: '表单的蒙版',
  for: '“{{title}}”的蒙版',
  text: '涂抹工作流要处理的部分。图片会带着这个蒙版回到表单。',
  use: '使用此蒙版',
  leave: '不带蒙版返回',
  empty: '请先涂抹一部分。',
  failed: '蒙版没有发送',
};
