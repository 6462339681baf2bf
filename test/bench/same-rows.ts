import SqliteFile from 'better-sqlite3';

type Row = Record<string, unknown>;

/** The rows that leads made in one table, in the order in which the leads came. */
interface TableRows {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface SameRows {
  /** Statements that make the empty tables and indexes. */
  readonly schema: readonly string[];
  readonly tables: readonly TableRows[];
  readonly leads: number;
}

/** Everything that leads left in a node's database, to be inserted again without the node. */
export function collectRows(file: string, mostLeads: number): SameRows {
  const database = new SqliteFile(file, { readonly: true });
  try {
    const all = (sql: string) => database.prepare(sql).all() as Row[];
    const master = all(`select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'`);
    const schema = master.map(({ sql }) => String(sql));
    const leads = all(`select * from lead order by id limit ${mostLeads}`);
    const last = String(leads.at(-1)?.['id']);
    const columns = (table: string) => all(`pragma table_info("${table}")`).map(({ name }) => String(name));
    const own = master.filter(({ type, name }) => type === 'table' && columns(String(name)).includes('leadId'));
    const tables = own.map(({ name }) => {
      const order = columns(String(name)).includes('id') ? ', id' : '';
      const rows = all(`select * from "${String(name)}" where leadId <= '${last}' order by leadId${order}`);
      return { name: String(name), rows };
    });
    const jobs = all(`select * from job where payload like '%lead_%' order by id limit ${leads.length}`);
    const filled = [{ name: 'lead', rows: leads }, ...tables, { name: 'job', rows: jobs }];
    return { schema, tables: filled.filter(({ rows }) => rows.length > 0), leads: leads.length };
  } finally {
    database.close();
  }
}

/** Inserts them into a fresh file by better-sqlite3 alone, so many leads a commit; returns leads a second. */
export function insertRows(file: string, { schema, tables, leads }: SameRows, leadsPerCommit: number): number {
  const database = new SqliteFile(file);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // The rows of one lead refer to each other only; who else they refer to was left out.
    database.pragma('foreign_keys = OFF');
    for (const sql of schema) database.exec(sql);
    const inserts = tables.map(({ name, rows }) => {
      const names = Object.keys(rows[0] ?? {});
      const values = rows.map((row) => names.map((column) => row[column]));
      const columns = names.map((column) => `"${column}"`).join();
      const marks = names.map(() => '?').join();
      return { values, statement: database.prepare(`insert into "${name}" (${columns}) values (${marks})`) };
    });
    const [begin, commit] = [database.prepare('begin immediate'), database.prepare('commit')];
    const from = performance.now();
    for (let lead = 0; lead < leads; lead += leadsPerCommit) {
      const end = Math.min(lead + leadsPerCommit, leads);
      begin.run();
      for (const { values, statement } of inserts) {
        const rowsBefore = (count: number) => Math.floor((count * values.length) / leads);
        for (let row = rowsBefore(lead); row < rowsBefore(end); row++) statement.run(values[row]);
      }
      commit.run();
    }
    return (leads * 1_000) / (performance.now() - from);
  } finally {
    database.close();
  }
}

/** How many commits of one small row the disk makes durable in a second. */
export function countFsyncs(file: string, milliseconds: number): number {
  const database = new SqliteFile(file);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec('create table if not exists tiny (id integer primary key, text text)');
    const insert = database.prepare(`insert into tiny (text) values ('x')`);
    const from = performance.now();
    let commits = 0;
    for (; performance.now() - from < milliseconds; commits++) insert.run();
    return (commits * 1_000) / (performance.now() - from);
  } finally {
    database.close();
  }
}
