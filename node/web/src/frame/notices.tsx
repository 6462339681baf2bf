import { CloseButton } from '@mantine/core';

export interface Notice {
  id: string;
  title: string;
  text: string;
}

/** What happened elsewhere to something the reader just saw; told aloud, stays until it is closed. */
export function Notices({ notices, close }: { notices: readonly Notice[]; close: (id: string) => void }) {
  return (
    <div role="status">
      {notices.map(({ id, title, text }) => (
        <div key={id} className="notice">
          <p className="text">
            <bdi>{title}</bdi> {text}
          </p>
          <CloseButton aria-label="Close this notice" onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}
