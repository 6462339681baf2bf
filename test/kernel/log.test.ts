import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../node/kernel/errors.ts';
import { createLogger, type LogFields } from '../../node/kernel/log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void, logLevel = 'debug'): string {
  const lines: string[] = [];
  write(createLogger({ logLevel, nodeId: 'test.localhost' }, { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

describe('log lines', () => {
  it('hold the event, the node and allowed fields', () => {
    const line = logged((log) => log.info('offer-sent', { leadId: 'lead_1', durationMs: 5, count: 0 }));
    expect(JSON.parse(line)).toMatchObject({
      event: 'offer-sent',
      node: 'test.localhost',
      leadId: 'lead_1',
      durationMs: 5,
    });
    expect(JSON.parse(line)).toHaveProperty('count', 0);
  });

  it('drop every field that is not allowed, whatever its kind', () => {
    const careless = {
      email: 'CANARY',
      body: { name: 'CANARY' },
      password: 'CANARY',
      leadId: { toString: () => 'CANARY', name: 'CANARY' },
      headers: ['CANARY'],
      toJSON: () => 'CANARY',
    } as unknown as LogFields;
    expect(logged((log) => log.warn('careless', careless))).not.toContain('CANARY');
  });

  it('describe an error by class, code and place, never by its message', () => {
    const cause = Object.assign(new TypeError('CANARY-cause\n    at CANARY (evil:1:1)'), { code: 'SQLITE_CONSTRAINT' });
    const error = new CodedError('too-late', 409, 'CANARY-message');
    error.cause = cause;
    const line = logged((log) => log.error('failed', { error }));
    expect(line).not.toContain('CANARY');
    const described = JSON.parse(line).error;
    expect(described.at[0]).toContain('log.test');
    expect(described).toMatchObject({
      kind: 'CodedError',
      code: 'too-late',
      cause: { kind: 'TypeError', code: 'SQLITE_CONSTRAINT' },
    });
  });

  it('survive errors that are none, and causes that go in circles', () => {
    const error = new Error('a');
    error.cause = error;
    expect(JSON.parse(logged((log) => log.error('failed', { error }))).error.kind).toBe('Error');
    expect(JSON.parse(logged((log) => log.error('failed', { error: 'CANARY' }))).error).toEqual({ kind: 'string' });
    expect(JSON.parse(logged((log) => log.error('failed', { error: null }))).error).toEqual({ kind: 'object' });
  });

  it('are one line each, without controls a terminal would obey', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = logged((log) => log.info(text, { leadId: `\r\n\u001b[2J\u009b\u202e${text}` }));
        expect(line.endsWith('\n')).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }),
    );
  });

  it('heed the level', () => {
    expect(logged((log) => log.info('quiet'), 'warn')).toBe('');
    expect(logged((log) => log.error('quiet'), 'silent')).toBe('');
  });
});
