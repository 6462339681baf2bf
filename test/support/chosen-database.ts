import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Place } from './store.ts';

/**
 * `LEADMESH_TEST_DATABASE=postgres vitest run …`: what a test would keep in a file is kept in a schema of the run's PostgreSQL
 * server, so that every test can be run on either database. The schemas go with the server, at the end of the run.
 */
export async function chosenPlace(place: Place): Promise<Place> {
  if (place.databaseUrl !== undefined || process.env['LEADMESH_TEST_DATABASE'] !== 'postgres') return place;
  const { inject } = await import('vitest');
  const server = `${inject('postgresUrl')}/postgres`;
  const schema = `chosen_${createHash('sha256').update(place.dataFolder).digest('hex').slice(0, 16)}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create schema if not exists ${schema}`);
  } finally {
    await client.end();
  }
  return { ...place, databaseUrl: `${server}?options=${encodeURIComponent(`-c search_path=${schema}`)}` };
}
