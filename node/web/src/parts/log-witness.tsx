import type { PeerView } from '../partner-shapes.ts';
import { Facts } from './facts.tsx';
import { describeTime } from './format.ts';

const accusations: Readonly<Record<string, string>> = {
  'log-forked': 'it signed two different logs of the same length',
  'log-shrunk': 'its log is shorter than it was',
  'checkpoint-unsigned': 'it showed a state of its log that its key never signed',
};

/** What the two nodes have shown each other of their logs: each is a witness of the other's. */
export function LogWitness({ peer: { name, witnessed, ownCheckpoint, logContradicts } }: { peer: PeerView }) {
  const facts = [
    ['Its log, as it signed to us', witnessed ? describe(witnessed) : 'nothing seen yet'],
    ['Signed', witnessed ? describeTime(witnessed.saidAt) : ''],
    ['Our log, as our receipts tell it', ownCheckpoint ? describe(ownCheckpoint) : 'nothing written yet'],
  ] as const;
  return (
    <section className="card">
      <h2 className="section-title">Logs as witnesses</h2>
      {logContradicts && (
        <div className="banner banner-bad" role="alert">
          <div>
            <p className="banner-title">
              The log of <bdi>{name}</bdi> contradicts itself
            </p>
            <p>
              {describeTime(logContradicts.at)}: {accusations[logContradicts.code] ?? logContradicts.code}. What it
              showed is kept as evidence. Call its administrator before you rely on what it says.
            </p>
          </div>
        </div>
      )}
      <Facts facts={facts} />
      <p className="quiet small">
        On the partner’s page in its own console the same two lines stand the other way round: what it has seen of ours
        is never longer than ours.
      </p>
    </section>
  );
}

const describe = ({ size, root }: { size: number; root: string }) => `${size} leaves, root ${root}`;
