import { useQuery } from '@tanstack/react-query';
import { useSession } from '../api.ts';
import type { FieldName } from '../shapes.ts';
import { Icon } from './icons.tsx';
import { sectionsOf, type ShownField, type ShownSection, type ShownValue } from './lead-values.ts';
import { Answer, Empty } from './query-state.tsx';

interface Shown {
  document: unknown;
  hiddenFields: readonly FieldName[];
  maskedFields: readonly FieldName[];
  /** When the withheld fields will be seen: "Opens when you accept". */
  until: string;
  /** Paths that were withheld a moment ago: they are marked. */
  opened?: ReadonlySet<string>;
}

export function useLeadFields() {
  const { api } = useSession();
  return useQuery({ queryKey: ['fields'], queryFn: api.fields, staleTime: Infinity });
}

/** A lead document, section by section; what is withheld, shown in part or just opened says so. */
export function LeadDocument({ until, opened = new Set(), ...shown }: Shown) {
  const fields = useLeadFields();
  return (
    <Answer query={fields}>
      {({ items }) => {
        const sections = sectionsOf(shown, items);
        if (sections.length === 0) return <Empty title="Nothing is kept of this lead’s content." />;
        return sections.map((section) => (
          <Section key={section.title} section={section} until={until} opened={opened} />
        ));
      }}
    </Answer>
  );
}

interface SectionProps {
  section: ShownSection;
  until: string;
  opened: ReadonlySet<string>;
}

function Section({ section: { title, fields, withheld }, until, opened }: SectionProps) {
  const isOpened = ({ path }: ShownField) => opened.has(path) || (opened.has('fields') && path.startsWith('fields.'));
  return (
    <section className="section">
      <h2 className="section-title">{title}</h2>
      <dl className="facts">
        {fields.map((field) => (
          <Field key={field.path} field={field} opened={isOpened(field)} />
        ))}
      </dl>
      {withheld.length > 0 && (
        <div className="withheld">
          <p className="withheld-until">
            <Icon name="lock" size={15} /> {until}
          </p>
          <ul className="withheld-fields">
            {withheld.map(({ path, label }) => (
              <li key={path} className="text" data-withheld={path}>
                {label}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Field({ field: { path, label, values, masked }, opened }: { field: ShownField; opened: boolean }) {
  return (
    <div className={opened ? 'fact fact-opened' : 'fact'}>
      <dt className="text" dir="auto">
        {label}
        {opened && (
          <span className="fact-mark">
            <Icon name="unlock" size={14} /> now open
          </span>
        )}
        {masked && (
          <span className="fact-mark">
            <Icon name="lock" size={14} /> in part
          </span>
        )}
      </dt>
      <dd className="text" data-field={path}>
        {values.map((value, index) => (
          <Value key={index} value={value} />
        ))}
      </dd>
    </div>
  );
}

function Value({ value: { text, href, note } }: { value: ShownValue }) {
  const isWeb = href?.startsWith('http');
  return (
    <div dir="auto">
      {href ? (
        <a href={href} {...(isWeb && { target: '_blank', rel: 'noopener noreferrer' })}>
          {text}
        </a>
      ) : (
        text
      )}
      {note && <span className="quiet note"> {note}</span>}
    </div>
  );
}
