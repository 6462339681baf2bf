import { html, page, type Html } from '../kernel/html.ts';
import { openedName, trackedNames, trapName, type FormDefinition, type FormField } from './form.ts';

export interface FormState {
  /** Posted or preset values by field name. */
  readonly values: ReadonlyMap<string, string>;
  /** What is wrong, by field name; under '' what concerns the whole form. */
  readonly errors: ReadonlyMap<string, string>;
  /** Proof of when the page was opened. */
  readonly token: string;
}

const autocomplete: Readonly<Record<string, string>> = {
  'contact.fullName': 'name',
  'contact.givenName': 'given-name',
  'contact.familyName': 'family-name',
  'contact.emails': 'email',
  'contact.phones': 'tel',
  'contact.jobTitle': 'organization-title',
  'account.name': 'organization',
  'contact.address.streets': 'street-address',
  'contact.address.city': 'address-level2',
  'contact.address.region': 'address-level1',
  'contact.address.postalCode': 'postal-code',
  'contact.address.country': 'country-name',
};

const attribute = (name: string, value: string | undefined): Html | false =>
  value !== undefined && html` ${name}="${value}"`;

function attributesOf(field: FormField, error: string | undefined): Html {
  const described = [field.help && `${field.name}-help`, error && `${field.name}-error`].filter(Boolean).join(' ');
  const hint = autocomplete[field.field?.split('#')[0] ?? ''];
  return html` id="${field.name}"
  name="${field.name}"${field.required && html` required`}${attribute('autocomplete', hint)}${attribute('aria-describedby', described || undefined)}${error !== undefined && html` aria-invalid="true"`}`;
}

function control(field: FormField, value: string, error: string | undefined): Html {
  const attributes = attributesOf(field, error);
  switch (field.input) {
    case 'textarea':
      return html`<textarea rows="5" maxlength="16000" ${attributes}>${value}</textarea>`;
    case 'select':
      return html`<select${attributes}><option value="">Please choose</option>${(field.options ?? []).map(
        (option) => html`<option${option === value && html` selected`}>${option}</option>`,
      )}</select>`;
    case 'checkbox':
      return html`<input type="checkbox" value="yes" ${attributes}${value !== '' && html` checked`} />`;
    default:
      return html`<input type="${field.input}" value="${value}" maxlength="300" ${attributes} />`;
  }
}

function fieldset(field: FormField, state: FormState): Html {
  const error = state.errors.get(field.name);
  const mark = field.required ? html` <span class="soft">(required)</span>` : undefined;
  const input = control(field, state.values.get(field.name) ?? '', error);
  const label =
    field.input === 'checkbox'
      ? html`<label for="${field.name}">${input} ${field.label}${mark}</label>`
      : html`<label for="${field.name}">${field.label}${mark}</label>${input}`;
  return html`<div>
    ${label}${field.help !== undefined && html`<p class="soft" id="${field.name}-help">${field.help}</p>`}${
      error !== undefined && html`<p class="error" id="${field.name}-error">${error}</p>`
    }
  </div> `;
}

function summary(definition: FormDefinition, { errors }: FormState): Html | undefined {
  if (errors.size === 0) return undefined;
  const named = definition.fields.filter(({ name }) => errors.has(name));
  return html`<div role="alert" class="card">
    <p class="error">${errors.get('') ?? 'Please look at these again:'}</p>
    ${
      named.length > 0 &&
      html`<ul>
        ${named.map(({ name, label }) => html`<li><a href="#${name}">${label}</a>: ${errors.get(name)}</li>`)}
      </ul>`
    }
  </div>`;
}

const hidden = (name: string, value: string | undefined): Html | undefined =>
  value ? html`<input type="hidden" name="${name}" value="${value}" />` : undefined;

/** The page of a form: works without JavaScript; what was typed stays when something is wrong. */
export function formPage(slug: string, definition: FormDefinition, state: FormState): string {
  const kept = [...trackedNames, 'thanks'].flatMap((name) => hidden(name, state.values.get(name)) ?? []);
  return page(
    definition.title,
    html`<h1>${definition.title}</h1>
      ${definition.intro !== undefined && html`<p>${definition.intro}</p>`}${summary(definition, state)}
      <form method="post" action="/forms/${slug}" class="card">
        ${definition.fields.map((field) => fieldset(field, state))}
        <div class="gone" aria-hidden="true">
          <label for="${trapName}">Leave this empty</label
          ><input id="${trapName}" name="${trapName}" tabindex="-1" autocomplete="off" value="" />
        </div>
        ${kept}${hidden(openedName, state.token)}
        <p><button type="submit">${definition.submitLabel}</button></p>
      </form>`,
  );
}

export const thanksPage = (definition: FormDefinition): string =>
  page(
    definition.title,
    html`<h1>${definition.title}</h1>
      <p role="status">${definition.thanks}</p>`,
  );

/** Lets the form stand in the frames of its sites, and its answer lead to its thank-you pages; nothing else. */
export function formPolicy({ embedOn, thanksUrls }: FormDefinition): string {
  const targets = [...new Set(thanksUrls.map((url) => new URL(url).origin))];
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["form-action 'self'", ...targets].join(' '),
    ["frame-ancestors 'self'", ...embedOn].join(' '),
    "base-uri 'none'",
  ].join('; ');
}

/** What a site includes to show a form: `<script src="…/forms/embed.js" data-form="contact" async></script>`. */
export const embedScript = `(function () {
  'use strict';
  var script = document.currentScript || document.querySelector('script[data-form]');
  var here = new URLSearchParams(window.location.search);
  var query = new URLSearchParams();
  ${JSON.stringify(trackedNames.slice(0, 8))}.forEach(function (name) {
    if (here.get(name)) query.set(name, here.get(name));
  });
  query.set('landing_page', window.location.href);
  if (document.referrer) query.set('referrer', document.referrer);
  var frame = document.createElement('iframe');
  frame.src = new URL('/forms/' + encodeURIComponent(script.dataset.form) + '?' + query, script.src).href;
  frame.title = script.dataset.title || 'Contact form';
  frame.width = '100%';
  frame.height = script.dataset.height || '720';
  script.parentNode.insertBefore(frame, script);
})();
`;
