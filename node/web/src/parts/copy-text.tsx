import { Button, CopyButton } from '@mantine/core';

/** A text to hand on by hand: it can be read, marked and copied. */
export function CopyText({ label, text, advice }: { label: string; text: string; advice?: string }) {
  return (
    <div className="copy" role="group" aria-label={label}>
      <p className="ask-title">{label}</p>
      {advice && <p className="quiet small">{advice}</p>}
      <pre className="copy-text" tabIndex={0}>
        {text}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
