import type { Shape, Workshop } from './workshop.ts';

const close = '</l:Message>';

/** Signatures and signed parts where they do not belong. */
export const wrapping = ({ canonical, good, root, header, body, evil, signature }: Workshop): Shape[] => {
  const holding = (inner: string) => signature.replace('</ds:Signature>', `${inner}</ds:Signature>`);
  const one = 'LX-030';
  return [
    ['unsigned', canonical, 'signature-missing', one, 'no signature at all'],
    [
      'signature-first',
      root + signature + header + body + close,
      'misplaced-element',
      one,
      'the signature before the header',
    ],
    [
      'signature-after-header',
      root + header + signature + body + close,
      'misplaced-element',
      one,
      'the signature in the middle',
    ],
    [
      'signature-in-body',
      root + header + body.replace('</l:Body>', `${signature}</l:Body>`) + close,
      'misplaced-element',
      one,
      'the signature inside the body',
    ],
    [
      'element-after-signature',
      good.replace(close, `<l:Extensions></l:Extensions>${close}`),
      'misplaced-element',
      one,
      'the signature is the last child',
    ],
    [
      'two-signatures',
      good.replace(close, signature + close),
      'misplaced-element',
      one,
      'a copy that some transforms remove as well',
    ],
    [
      'signature-in-signature',
      good.replace('</ds:KeyInfo>', `</ds:KeyInfo>${signature}`),
      'namespace',
      one,
      'nested signatures',
    ],
    [
      'object-with-original',
      root + header + evil + holding(`<ds:Object>${good}</ds:Object>`) + close,
      'misplaced-element',
      'LX-031',
      'the original hides in an Object',
    ],
    [
      'object-empty',
      root + header + body + holding('<ds:Object></ds:Object>') + close,
      'signature-profile',
      'LX-031',
      'no Object',
    ],
    [
      'original-beside',
      root + header + evil + good + signature + close,
      'namespace',
      'LX-007',
      'the signed original beside forged content',
    ],
    [
      'original-in-extensions',
      `${root}${header}${evil}<l:Extensions>${good.replace(/ xmlns:l="[^"]*"/, '')}</l:Extensions>${signature}${close}`,
      'misplaced-element',
      one,
      'the signed original in Extensions',
    ],
    [
      'parts-in-extensions',
      `${root}${header}${evil}<l:Extensions>${header}${body}</l:Extensions>${signature}${close}`,
      'digest',
      'LX-037',
      'the signed parts in Extensions',
    ],
    [
      'second-body',
      root + header + body + evil + signature + close,
      'digest',
      'LX-037',
      'a forged body behind the signed one',
    ],
    [
      'second-body-first',
      root + header + evil + body + signature + close,
      'digest',
      'LX-037',
      'a forged body before the signed one',
    ],
    ['second-header', root + header + header + body + signature + close, 'digest', 'LX-037', 'two headers'],
    ['second-root', good + good, 'trailing-content', 'LX-009', 'two documents in one'],
    [
      'wrapped-root',
      `<l:Message xmlns:l="urn:lead-exchange:1">${good}${close}`,
      'namespace',
      'LX-007',
      'another root around it',
    ],
  ];
};
