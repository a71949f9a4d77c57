/** A connection over TLS, to a server whose certificate was made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendNotes, readEvents } from '../../../src/log/contract/fixtures.ts';
import { postgresLog } from '../../../src/log/postgres/postgres-source.ts';
import { PostgresServer } from '../server.ts';
import { giveToPostgres } from '../starting.ts';

let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/rftls-');
  const [certificate, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', ...made, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  for (const path of [folder, certificate, key]) giveToPostgres(path);
  server = await PostgresServer.start(['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`]);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('verify-full with the certificate of its authority', async () => {
  const url = `${server.url()}?sslmode=verify-full&sslrootcert=${join(folder, 'server.crt')}`;
  const log = await postgresLog(url, { name: 'tls' }).open({});
  await appendNotes(log, 3);
  expect(await readEvents(log)).toHaveLength(3);
  const encrypted = `select bool_and(ssl) as all from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'refold'`;
  expect(await server.sql(encrypted)).toEqual([{ all: true }]);
  await log.close();
});

test('a certificate of an unknown authority is refused', async () => {
  const source = postgresLog(`${server.url()}?sslmode=verify-full`, { settleWithin: 100 });
  await expect(source.open({})).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringMatching(/certificate/),
  });
});
