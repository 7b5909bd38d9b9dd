/** The tree that @huggingface/jinja parses a template to, as far as it is computed here. */

export interface Identifier {
  readonly type: 'Identifier';
  readonly value: string;
}

export interface CallNode {
  readonly type: 'CallExpression';
  readonly callee: Node;
  readonly args: readonly Node[];
}

export interface Slice {
  readonly type: 'SliceExpression';
  readonly start?: Node;
  readonly stop?: Node;
  readonly step?: Node;
}

export interface Keyword {
  readonly type: 'KeywordArgumentExpression';
  readonly key: Identifier;
  readonly value: Node;
}

export type Parameter = Identifier | Keyword;

export type Node =
  | Identifier
  | CallNode
  | Slice
  | Keyword
  | { readonly type: 'Program'; readonly body: readonly Node[] }
  | {
      readonly type: 'If';
      readonly test: Node;
      readonly body: readonly Node[];
      readonly alternate: readonly Node[];
    }
  | ForNode
  | { readonly type: 'Break' | 'Continue' | 'Comment' }
  | {
      readonly type: 'Set';
      readonly assignee: Node;
      readonly value: Node | null;
      readonly body: readonly Node[];
    }
  | MacroNode
  | CallStatement
  | {
      readonly type: 'FilterStatement';
      readonly filter: Identifier | CallNode;
      readonly body: readonly Node[];
    }
  | {
      readonly type: 'MemberExpression';
      readonly object: Node;
      readonly property: Node;
      readonly computed: boolean;
    }
  | { readonly type: 'IntegerLiteral' | 'FloatLiteral'; readonly value: number }
  | { readonly type: 'StringLiteral'; readonly value: string }
  | { readonly type: 'ArrayLiteral' | 'TupleLiteral'; readonly value: readonly Node[] }
  | { readonly type: 'ObjectLiteral'; readonly value: ReadonlyMap<Node, Node> }
  | {
      readonly type: 'BinaryExpression';
      readonly operator: { readonly value: string };
      readonly left: Node;
      readonly right: Node;
    }
  | {
      readonly type: 'UnaryExpression';
      readonly operator: { readonly value: string };
      readonly argument: Node;
    }
  | { readonly type: 'FilterExpression'; readonly operand: Node; readonly filter: Identifier | CallNode }
  | SelectNode
  | {
      readonly type: 'TestExpression';
      readonly operand: Node;
      readonly negate: boolean;
      readonly test: Identifier;
    }
  | { readonly type: 'SpreadExpression' | 'KeywordSpreadExpression'; readonly argument: Node }
  | { readonly type: 'Ternary'; readonly condition: Node; readonly trueExpr: Node; readonly falseExpr: Node };

export interface ForNode {
  readonly type: 'For';
  readonly loopvar: Node;
  readonly iterable: Node;
  readonly body: readonly Node[];
  readonly defaultBlock: readonly Node[];
}

export interface MacroNode {
  readonly type: 'Macro';
  readonly name: Identifier;
  readonly args: readonly Parameter[];
  readonly body: readonly Node[];
}

export interface CallStatement {
  readonly type: 'CallStatement';
  readonly call: CallNode;
  readonly callerArgs: readonly Parameter[] | null;
  readonly body: readonly Node[];
}

export interface SelectNode {
  readonly type: 'SelectExpression';
  readonly lhs: Node;
  readonly test: Node;
}
