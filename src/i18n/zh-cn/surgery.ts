export const surgery = {
  about: '用生成这张图片的模型、提示词和设置重绘蒙版部分。',
  field: { model: '模型', guidance: '引导强度' },
  problem: {
    empty: '这个工作流里没有节点。',
    noSuchOutput: '工作流里没有节点 {{id}}。请指定一个保存图片的节点。',
    noPicture: '工作流里没有保存图片的节点。请添加一个 Save Image 节点。',
    otherOutput: '这个工作流不生成图片：它以“{{node}}”结束。请选择其他配方。',
    noSampler: '通向“{{node}}”的路径上没有采样，因此没有可用来重绘的模型。请选择其他配方。',
    partner: '“{{node}}”由外部服务生成图片，无法只重绘一部分。请选择其他配方。',
    noModel: '“{{node}}”没有连接模型。请在 ComfyUI 中连接模型，或选择其他配方。',
    noVae: '“{{node}}”没有连接 VAE，其结果也没有经 VAE 解码。请在 ComfyUI 中用 VAE Decode 节点解码。',
    noLatent: '“{{node}}”没有连接 Latent。请在 ComfyUI 中连接，或选择其他配方。',
    severalPictures: '“{{node}}”生成多个图层或多帧，无法粘贴到一张图片中。请选择其他配方。',
    missingClass: '此服务器没有节点“{{name}}”。请更新 ComfyUI 或安装它所属的节点包。',
    missingClassNear:
      '此服务器没有节点“{{name}}”。请更新 ComfyUI 或安装它所属的节点包。相近的节点：{{near}}。',
    noClass:
      '无法得知“{{node}}”是什么节点：保存工作流时缺少它的节点包。请在 ComfyUI 中打开工作流并替换此节点。',
    missingFile: '“{{node}}”需要 {{file}}，此服务器上没有这个文件，也没有相近的文件。',
    missingFileNear: '“{{node}}”需要 {{file}}，此服务器上没有这个文件。相近的有：{{near}}。',
    missingChoice: '“{{node}}”的“{{input}}”为 {{value}}，此服务器不认识。请更新 ComfyUI。',
    danglingLink: '“{{node}}”的输入“{{input}}”来自节点 {{to}}，但该节点不存在。',
    loop: '工作流在“{{node}}”处形成循环。',
  },
  note: {
    guessedOutput_other: '工作流还保存了另外 {{count}} 个采样器的图片。采用的是：“{{node}}”。',
    textAtRunTime: '“{{node}}”的一部分提示词要到运行时才生成。',
    replacedChoice: '此处没有 {{wanted}}，改用 {{used}}。',
    fixedStrength: '“{{node}}”不能调节强度：蒙版部分会全部重新生成。',
  },
};
