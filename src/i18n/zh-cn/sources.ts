export const damage = {
  entry: '无法读取服务器上这项任务的记录。',
  prompt: '服务器的记录没有说明它是如何生成的。',
  outputs: '这项任务的部分输出无法读取。',
  status: '服务器的记录没有说明这项任务是如何结束的。',
};
