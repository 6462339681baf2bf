import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagOf, readConfig, settings } from '../../node/kernel/config.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { describeListening, isLoopbackName, reachOf } from '../../node/kernel/may-listen-on.ts';

const lan = () => ['127.0.0.1', '::1', '192.168.1.20', 'fe80::1%eth0'];
const internet = () => ['127.0.0.1', '203.0.113.9', '8.8.8.8'];

function refusal(env: Record<string, string>, addresses = lan): CodedError {
  try {
    readConfig(env, {}, addresses);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
const tls = { LEADMESH_TLS_CERTIFICATE: '/c.pem', LEADMESH_TLS_KEY: '/k.pem' };

describe('settings', () => {
  it('has a default for everything that must be there', () => {
    expect(readConfig({ PATH: '/bin', HOME: '/' }, {}, lan)).toMatchObject({
      nodeId: 'localhost',
      name: 'localhost',
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      mailFrom: 'leads@localhost',
      demo: false,
      logLevel: 'info',
    });
  });

  it('lets flags win over the environment, and takes empty text for unset', () => {
    const config = readConfig({ LEADMESH_PORT: '1', LEADMESH_NAME: '', LEADMESH_HOST: '' }, { port: '2' }, lan);
    expect(config).toMatchObject({ port: 2, name: 'localhost', host: '127.0.0.1' });
  });

  it('speaks https in its public address when it has a certificate', () => {
    expect(readConfig({ ...tls, LEADMESH_HOST: '::1' }, {}, lan).publicUrl).toBe('https://[::1]:8080');
  });

  it('keeps an address for partners apart from that for people, if told', () => {
    expect(readConfig({}, {}, lan).partnerUrl).toBeUndefined();
    expect(readConfig({ LEADMESH_PARTNER_URL: 'http://vendor:8600/' }, {}, lan).partnerUrl).toBe('http://vendor:8600');
  });

  it('names each setting once, with a meaning', () => {
    const all = Object.values(settings);
    expect(new Set(all.map(flagOf)).size).toBe(all.length);
    for (const each of all) expect(each.meaning).toMatch(/^[A-Z].{10,}\.$/);
  });
});

describe('refusing to start', () => {
  it.each([
    ['unknown-setting', { LEADMESH_PROT: '80' }],
    ['bad-setting', { LEADMESH_PORT: '80a' }],
    ['bad-setting', { LEADMESH_PORT: '65536' }],
    ['bad-setting', { LEADMESH_PORT: '-1' }],
    ['bad-setting', { LEADMESH_NODE_ID: 'Vendor.example' }],
    ['bad-setting', { LEADMESH_NODE_ID: 'vendor..example' }],
    ['bad-setting', { LEADMESH_NODE_ID: 'vendör.example' }],
    ['bad-setting', { LEADMESH_HOST: 'vendor.example' }],
    ['bad-setting', { LEADMESH_HOST: '10.1' }],
    ['bad-setting', { LEADMESH_DEMO: 'maybe' }],
    ['bad-setting', { LEADMESH_LOG_LEVEL: 'loud' }],
    ['bad-setting', { LEADMESH_REQUESTS_PER_MINUTE: '0' }],
    ['bad-setting', { LEADMESH_PUBLIC_URL: 'https://vendor.example/leads' }],
    ['bad-setting', { LEADMESH_PUBLIC_URL: 'https://user:secret@vendor.example' }],
    ['bad-setting', { LEADMESH_PUBLIC_URL: 'ftp://vendor.example' }],
    ['bad-setting', { LEADMESH_DATABASE_URL: 'mysql://db' }],
    ['bad-setting', { LEADMESH_SMTP_URL: 'mail.example' }],
    ['bad-setting', { LEADMESH_TRUSTED_PROXY: 'proxy' }],
    ['bad-setting', { LEADMESH_TRUSTED_PROXY: '0.0.0.0/0' }],
    ['bad-setting', { LEADMESH_NAME: 'a\u001b[31mb' }],
    ['tls-incomplete', { LEADMESH_TLS_KEY: '/k.pem' }],
    ['tls-incomplete', { LEADMESH_TLS_CERTIFICATE: '/c.pem' }],
    ['public-url-contradicts-tls', { ...tls, LEADMESH_PUBLIC_URL: 'http://vendor.example' }],
    ['public-url-without-tls', { LEADMESH_PUBLIC_URL: 'https://vendor.example' }],
    ['partner-url-contradicts-tls', { ...tls, LEADMESH_PARTNER_URL: 'http://vendor.example' }],
    ['partner-url-without-tls', { LEADMESH_PARTNER_URL: 'https://vendor.example' }],
    ['demo-with-smtp', { LEADMESH_DEMO: 'true', LEADMESH_SMTP_URL: 'smtp://mail.example' }],
    ['public-bind-without-tls', { LEADMESH_HOST: '8.8.8.8' }],
    ['public-bind-without-tls', { LEADMESH_HOST: '2606:4700::1111' }],
    ['public-bind-without-tls', { LEADMESH_HOST: '::ffff:8.8.8.8' }],
    ['demo-on-public-address', { ...tls, LEADMESH_HOST: '8.8.8.8', LEADMESH_DEMO: 'true' }],
  ] as const)('%s: %j', (code, env) => {
    expect(refusal(env).code).toBe(code);
  });

  it('looks at the machine’s own addresses when asked to listen on all of them', () => {
    expect(refusal({ LEADMESH_HOST: '0.0.0.0' }, internet).code).toBe('public-bind-without-tls');
    expect(refusal({ LEADMESH_HOST: '::' }, internet).code).toBe('public-bind-without-tls');
    expect(readConfig({ LEADMESH_HOST: '0.0.0.0' }, {}, lan).host).toBe('0.0.0.0');
    expect(readConfig({ LEADMESH_HOST: '0.0.0.0', ...tls }, {}, internet).tls?.keyFile).toBe('/k.pem');
    expect(
      readConfig({ LEADMESH_HOST: '0.0.0.0', LEADMESH_TRUSTED_PROXY: '10.0.0.0/8' }, {}, internet).trustedProxy,
    ).toBe('10.0.0.0/8');
  });

  it('names every problem at once, and no value of a secret', () => {
    const error = refusal({ LEADMESH_PORT: 'x', LEADMESH_PROT: '1', LEADMESH_DATABASE_URL: 'mysql://u:CANARY@db' });
    expect(error.message).toMatch(/LEADMESH_PROT[^]*LEADMESH_PORT[^]*LEADMESH_DATABASE_URL/);
    expect(JSON.stringify(error) + error.message).not.toContain('CANARY');
  });

  it('never throws anything but a coded error, whatever the environment holds', () => {
    const names = fc.constantFrom(...Object.values(settings).map((each) => each.env));
    fc.assert(
      fc.property(fc.dictionary(names, fc.string()), (env) => {
        try {
          readConfig(env, {}, lan);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
    );
  });
});

describe('how far an address reaches', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['192.168.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['169.254.1.1', 'private'],
    ['fd00::1', 'private'],
    ['fe80::1%eth0', 'private'],
    ['172.32.0.1', 'public'],
    ['2001:db8::1', 'public'],
  ] as const)('%s: %s', (host, reach) => {
    expect(reachOf(host, [])).toBe(reach);
  });

  it('tells why signing in will fail on a network without TLS', () => {
    expect(describeListening('192.168.0.1', false)).toContain('sign-in-needs-https');
    expect(describeListening('127.0.0.1', false)).toBeUndefined();
    expect(describeListening('192.168.0.1', true)).toBeUndefined();
  });

  it.each([
    ['localhost', true],
    ['vendor.localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['localhost.example', false],
    ['notlocalhost', false],
    ['192.168.0.1', false],
    ['', false],
  ] as const)('takes %s for this machine: %s', (host, is) => {
    expect(isLoopbackName(host)).toBe(is);
  });
});
