export const workflows = {
  title: '工作流',
};
