import { describe, expect, it } from 'vitest';
import { declare, findBreaks, readPublished, readSchemas } from './published.ts';

const published = readPublished();
const schemas = readSchemas();
const breaksOf = (from: string, to: string): string[] => {
  const changed = schemas.map((text) => text.replace(from, to));
  expect(changed).not.toEqual(schemas);
  return findBreaks(published, declare(changed));
};

describe('what was published of the schemas', () => {
  it('stays as it is', () => {
    expect(published.size).toBeGreaterThan(130);
    expect(findBreaks(published, declare(schemas))).toEqual([]);
  });

  it.each([
    ['an element is gone', '<xs:element name="OpensAt"', '<xs:other name="OpensAt"'],
    ['an element has another name', 'name="ClosesAt"', 'name="EndsAt"'],
    ['an element is mandatory', 'name="OpensAt" type="l:UtcTime" minOccurs="0"', 'name="OpensAt" type="l:UtcTime"'],
    ['fewer of an element', 'name="Hop" type="l:Bytes32" minOccurs="0" maxOccurs="5"', 'name="Hop" type="l:Bytes32" minOccurs="0" maxOccurs="4"'], // prettier-ignore
    ['another type', 'name="TermsDigest" type="l:Bytes32"', 'name="TermsDigest" type="l:Text"'],
    ['an optional element more in a known message', '<xs:element name="LeaseUntil"', '<xs:element name="Price" type="l:Text" minOccurs="0"/><xs:element name="LeaseUntil"'], // prettier-ignore
    ['an attribute more', '<xs:attribute name="Uri"', '<xs:attribute name="Lang" type="l:Text"/><xs:attribute name="Uri"'],
    ['a value more in an enumeration', '<xs:enumeration value="unclear"/>', '<xs:enumeration value="unclear"/><xs:enumeration value="budget"/>'], // prettier-ignore
    ['a value less in an enumeration', '<xs:enumeration value="unclear"/>', ''],
    ['a shorter text', '<xs:maxLength value="92"/>', '<xs:maxLength value="91"/>'],
    ['another group of a field', 'group="email" personal="yes"', 'group="person" personal="yes"'],
    ['no message of this name', '<xs:element name="Pull" type="l:Pull"/>', ''],
  ])('is broken by: %s', (_, from, to) => {
    expect(breaksOf(from, to)).toHaveLength(1);
  }); // prettier-ignore

  it('leaves room for messages of a new level, and for nothing else', () => {
    const added = schemas.map((text) =>
      text
        .replace('<xs:element name="States" type="l:States"/>', '$&<xs:element name="Invoice" type="l:Invoice"/>')
        .replace('<xs:enumeration value="States"/>', '$&<xs:enumeration value="Invoice"/>')
        .replace('<xs:complexType name="Body">', '<xs:complexType name="Invoice"><xs:sequence/></xs:complexType>$&'),
    );
    expect(findBreaks(published, declare(added))).toEqual([]);
    expect(declare(added).size).toBe(declare(schemas).size + 1);
    const inFront = added.map((text) => text.replace('<xs:element name="Capabilities"', '<xs:element name="X"/>$&'));
    expect(findBreaks(published, declare(inFront))).toHaveLength(1);
  });
});
