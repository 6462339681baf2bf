/** Why a row becomes no lead, by code; the sentence stands in the file of refused rows. */
export const refusals = {
  'bad-quotes': 'A quoted cell goes on after its closing quote.',
  'open-quote': 'A quoted cell has no closing quote.',
  'row-too-long': 'The row is longer than 262,144 characters.',
  'too-many-cells': 'The row has more cells than the header.',
  'too-few-cells': 'The row has one cell only.',
  'empty-row': 'All cells are empty.',
  'test-lead': 'A test lead of the advertising platform.',
  placeholder: 'A placeholder stands where the name should be, and there is no way to reach anyone.',
  'no-contact':
    'There is no e-mail address, no usable phone number, no postal address and no company to find the person by.',
  schema: 'A value does not fit its field.',
} as const;

export type RefusalCode = keyof typeof refusals;
