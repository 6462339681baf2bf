/** What the tables in generated.ts look like. */

/** What a text means: how JSON holds it, and which control a form shows for it. */
export type ValueKind = 'text' | 'enum' | 'number' | 'integer' | 'boolean' | 'date-time' | 'url';

export interface SimpleType {
  readonly kind: ValueKind;
  /** In characters (code points), not UTF-16 units. */
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
}

export interface AttributeDescriptor {
  readonly name: string;
  readonly property: string;
  /** Name of a simple type. */
  readonly type: string;
  readonly required: boolean;
}

export interface ElementDescriptor {
  /** Without prefix. */
  readonly name: string;
  readonly property: string;
  /** Name of a simple or complex type. */
  readonly type: string;
  readonly min: number;
  /** More than 1: the property holds an array. */
  readonly max: number;
}

export interface ComplexType {
  /** In the order of their names, as canonical XML has them. */
  readonly attributes: readonly AttributeDescriptor[];
  /** The text between the tags, for types without elements. */
  readonly content?: { readonly property: string; readonly type: string };
  readonly elements: readonly ElementDescriptor[];
}
