/**
 * Runs a parsed template with Python's meaning of every expression: a loop's variables stay in the loop, what is not
 * defined prints as nothing and may not be looked into, and types are never joined in silence. A chain of comparisons
 * (`1 < 2 < 3`) is taken from the left, since the parser does not tell it from one with brackets.
 */
import { applyFilter } from './filters.ts';
import type { CallNode, CallStatement, ForNode, Identifier, Node, Parameter } from './nodes.ts';
import { attribute, binary, item, slice, unary } from './operators.ts';
import { applyTest } from './tests.ts';
import {
  areEqual,
  type Callable,
  Float,
  isDict,
  isTrue,
  itemsOf,
  type Keywords,
  Namespace,
  TemplateError,
  Tuple,
  toText,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

class Scope {
  readonly #values = new Map<string, Value>();
  readonly #parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  get(name: string): Value {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    if (this.#parent !== undefined) return this.#parent.get(name);
    const constant = constants.get(name);
    return constant === undefined ? new Undefined(`'${name}' is undefined`) : constant;
  }
}

const constants = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** How a list of statements ended. */
type Ending = 'break' | 'continue' | undefined;

/** The text of a template with these variables. */
export function runTemplate(program: Node, variables: ReadonlyMap<string, Value>): string {
  const scope = new Scope();
  for (const [name, value] of variables) scope.set(name, value);
  const out: string[] = [];
  run([program], scope, out);
  return out.join('');
}

function run(nodes: readonly Node[], scope: Scope, out: string[]): Ending {
  for (const node of nodes) {
    const ending = runOne(node, scope, out);
    if (ending !== undefined) return ending;
  }
  return undefined;
}

function runOne(node: Node, scope: Scope, out: string[]): Ending {
  switch (node.type) {
    case 'Program':
      return run(node.body, scope, out);
    case 'If':
      return run(isTrue(evaluate(node.test, scope)) ? node.body : node.alternate, scope, out);
    case 'For':
      runFor(node, scope, out);
      return undefined;
    case 'Break':
      return 'break';
    case 'Continue':
      return 'continue';
    case 'Comment':
      return undefined;
    case 'Set':
      assign(
        node.assignee,
        node.value === null ? textOf(node.body, scope) : evaluate(node.value, scope),
        scope,
      );
      return undefined;
    case 'Macro':
      scope.set(node.name.value, macro(node.args, node.body, scope));
      return undefined;
    case 'CallStatement':
      out.push(toText(callWithBody(node, scope)));
      return undefined;
    case 'FilterStatement':
      out.push(toText(filtered(textOf(node.body, scope), node.filter, scope)));
      return undefined;
    default:
      out.push(toText(evaluate(node, scope)));
      return undefined;
  }
}

function textOf(body: readonly Node[], scope: Scope): string {
  const out: string[] = [];
  run(body, new Scope(scope), out);
  return out.join('');
}

function assign(target: Node, value: Value, scope: Scope): void {
  if (target.type === 'Identifier') {
    scope.set(target.value, value);
  } else if (target.type === 'TupleLiteral') {
    const values = itemsOf(value);
    if (values.length !== target.value.length) {
      throw new TemplateError(`${values.length} values to unpack, expected ${target.value.length}`);
    }
    for (const [i, part] of target.value.entries()) assign(part, values[i] ?? null, scope);
  } else if (
    target.type === 'MemberExpression' &&
    target.property.type === 'Identifier' &&
    !target.computed
  ) {
    const object = evaluate(target.object, scope);
    if (!(object instanceof Namespace) || object.kind !== 'Namespace') {
      throw new TemplateError('cannot assign attribute on non-namespace object');
    }
    object.entries.set(target.property.value, value);
  } else {
    throw new TemplateError(`cannot assign to ${target.type}`);
  }
}

function runFor(node: ForNode, scope: Scope, out: string[]): void {
  // `for x in y if test` comes from the parser as the expression `y if test`.
  const [source, test] =
    node.iterable.type === 'SelectExpression'
      ? [node.iterable.lhs, node.iterable.test]
      : [node.iterable, undefined];
  const all = itemsOf(evaluate(source, scope));
  const items =
    test === undefined
      ? all
      : all.filter((value) => {
          const inner = new Scope(scope);
          assign(node.loopvar, value, inner);
          return isTrue(evaluate(test, inner));
        });
  let changed: readonly Value[] | undefined;
  for (const [i, value] of items.entries()) {
    const inner = new Scope(scope);
    assign(node.loopvar, value, inner);
    const entries: [string, Value][] = [
      ['index', i + 1],
      ['index0', i],
      ['revindex', items.length - i],
      ['revindex0', items.length - i - 1],
      ['first', i === 0],
      ['last', i === items.length - 1],
      ['length', items.length],
      ['depth', 1],
      ['depth0', 0],
      ['previtem', items[i - 1] ?? new Undefined('there is no previous item')],
      ['nextitem', items[i + 1] ?? new Undefined('there is no next item')],
      ['cycle', (args) => args[i % Math.max(1, args.length)] ?? null],
      [
        'changed',
        (args) => {
          const same = changed !== undefined && areEqual([...changed], [...args]);
          changed = args;
          return !same;
        },
      ],
    ];
    inner.set('loop', new Namespace(new Map(entries), 'LoopContext'));
    if (run(node.body, inner, out) === 'break') break;
  }
  if (items.length === 0) run(node.defaultBlock, new Scope(scope), out);
}

function macro(parameters: readonly Parameter[], body: readonly Node[], scope: Scope): Callable {
  return (args, keywords) => {
    const inner = new Scope(scope);
    const names = parameters.map(
      (parameter) => (parameter.type === 'Identifier' ? parameter : parameter.key).value,
    );
    if (args.length > names.length)
      throw new TemplateError(`macro takes not more than ${names.length} argument(s)`);
    for (const [i, parameter] of parameters.entries()) {
      const name = names[i] ?? '';
      const given = args[i] ?? keywords.get(name);
      if (given !== undefined) inner.set(name, given);
      else if (parameter.type === 'Identifier')
        inner.set(name, new Undefined(`parameter '${name}' was not provided`));
      else inner.set(name, evaluate(parameter.value, inner));
    }
    for (const [name, value] of keywords) {
      if (name === 'caller') inner.set(name, value);
      else if (!names.includes(name)) throw new TemplateError(`macro takes no keyword argument '${name}'`);
    }
    const out: string[] = [];
    run(body, inner, out);
    return out.join('');
  };
}

function callWithBody(node: CallStatement, scope: Scope): Value {
  const callee = evaluate(node.call.callee, scope);
  const { args, keywords } = evaluateArguments(node.call.args, scope);
  return call(
    callee,
    args,
    new Map([...keywords, ['caller', macro(node.callerArgs ?? [], node.body, scope)]]),
  );
}

function call(callee: Value, args: readonly Value[], keywords: Keywords): Value {
  if (typeof callee === 'function') return callee(args, keywords);
  if (callee instanceof Undefined) throw new TemplateError(callee.hint);
  throw new TemplateError(`'${typeName(callee)}' object is not callable`);
}

function evaluateArguments(
  nodes: readonly Node[],
  scope: Scope,
): { readonly args: readonly Value[]; readonly keywords: Keywords } {
  const args: Value[] = [];
  const keywords = new Map<string, Value>();
  for (const node of nodes) {
    if (node.type === 'KeywordArgumentExpression') {
      keywords.set(node.key.value, evaluate(node.value, scope));
    } else if (node.type === 'SpreadExpression') {
      args.push(...itemsOf(evaluate(node.argument, scope)));
    } else if (node.type === 'KeywordSpreadExpression') {
      const given = evaluate(node.argument, scope);
      if (!isDict(given)) throw new TemplateError('argument after ** must be a mapping');
      for (const [key, value] of given) keywords.set(toText(key), value);
    } else {
      args.push(evaluate(node, scope));
    }
  }
  return { args, keywords };
}

function filtered(value: Value, filter: Identifier | CallNode, scope: Scope): Value {
  if (filter.type === 'Identifier') return applyFilter(filter.value, value, [], new Map());
  if (filter.callee.type !== 'Identifier') throw new TemplateError('a filter has no name');
  const { args, keywords } = evaluateArguments(filter.args, scope);
  return applyFilter(filter.callee.value, value, args, keywords);
}

function evaluate(node: Node, scope: Scope): Value {
  switch (node.type) {
    case 'Identifier':
      return scope.get(node.value);
    case 'StringLiteral':
    case 'IntegerLiteral':
      return node.value;
    case 'FloatLiteral':
      return new Float(node.value);
    case 'ArrayLiteral':
      return node.value.map((part) => evaluate(part, scope));
    case 'TupleLiteral':
      return new Tuple(node.value.map((part) => evaluate(part, scope)));
    case 'ObjectLiteral':
      return new Map(
        Array.from(node.value, ([key, value]) => [evaluate(key, scope), evaluate(value, scope)]),
      );
    case 'MemberExpression': {
      const object = evaluate(node.object, scope);
      const { property } = node;
      if (property.type === 'SliceExpression') {
        const bound = (part: Node | undefined): Value => (part === undefined ? null : evaluate(part, scope));
        return slice(object, bound(property.start), bound(property.stop), bound(property.step));
      }
      if (!node.computed && property.type === 'Identifier') return attribute(object, property.value);
      return item(object, evaluate(property, scope));
    }
    case 'CallExpression': {
      const callee = evaluate(node.callee, scope);
      const { args, keywords } = evaluateArguments(node.args, scope);
      return call(callee, args, keywords);
    }
    case 'FilterExpression':
      return filtered(evaluate(node.operand, scope), node.filter, scope);
    case 'TestExpression':
      return applyTest(node.test.value, evaluate(node.operand, scope), []) !== node.negate;
    case 'UnaryExpression':
      return unary(node.operator.value, evaluate(node.argument, scope));
    case 'BinaryExpression': {
      const left = evaluate(node.left, scope);
      const { value: operator } = node.operator;
      if (operator === 'and') return isTrue(left) ? evaluate(node.right, scope) : left;
      if (operator === 'or') return isTrue(left) ? left : evaluate(node.right, scope);
      return binary(operator, left, evaluate(node.right, scope));
    }
    case 'Ternary':
      return evaluate(isTrue(evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
    case 'SelectExpression':
      return isTrue(evaluate(node.test, scope))
        ? evaluate(node.lhs, scope)
        : new Undefined('the inline if-expression evaluated to false and no else section was defined.');
    default:
      throw new TemplateError(`${node.type} is no expression`);
  }
}
