/**
 * Whoever catches an error must do something with it: report it, show it, hand it on or throw. A handler that
 * does not even look at its error swallows faults that nobody will ever hear of. Where an error is an
 * expected answer, disable the rule for that line and say why.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export default {
  meta: {
    type: 'problem',
    docs: { description: 'Forbid catching an error without using it' },
    messages: {
      silent: 'This error is swallowed. Call report(error, context) from src/base, or hand it on.',
    },
    schema: [],
  },
  create(context) {
    const { sourceCode } = context;

    /** @param {import('estree').Node} node a function or a catch clause */
    const usesError = (node, errors) =>
      sourceCode
        .getDeclaredVariables(node)
        .some(
          (variable) => errors.some((error) => isWithin(error, variable)) && variable.references.length > 0,
        );

    const checkHandler = (handler) => {
      if (!handler || !/^(Arrow)?FunctionExpression$/.test(handler.type)) {
        return;
      }
      const [error] = handler.params;
      if (!(error && usesError(handler, [error])) && !alwaysThrows(handler.body)) {
        context.report({ node: handler, messageId: 'silent' });
      }
    };

    return {
      CatchClause(node) {
        if (!(node.param && usesError(node, [node.param])) && !alwaysThrows(node.body)) {
          context.report({ node, messageId: 'silent' });
        }
      },
      'CallExpression[callee.type="MemberExpression"]'(node) {
        const { name } = node.callee.property;
        if (name === 'catch' && node.arguments.length === 1) {
          checkHandler(node.arguments[0]);
        } else if (name === 'then' && node.arguments.length === 2) {
          checkHandler(node.arguments[1]);
        }
      },
    };
  },
};

/** Whether a variable is declared by the parameter, destructured or not. */
function isWithin(parameter, variable) {
  return variable.identifiers.some(
    ({ range }) => range[0] >= parameter.range[0] && range[1] <= parameter.range[1],
  );
}

function alwaysThrows(body) {
  return body.type === 'BlockStatement' && body.body.some(({ type }) => type === 'ThrowStatement');
}
