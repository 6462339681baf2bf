import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Context } from './context.ts';
import type { Database } from './database.ts';

/** Stands for a value that comes with every call. */
class Slot {
  readonly row: number;
  readonly name: string;
  constructor(row: number, name: string) {
    this.row = row;
    this.name = name;
  }
}

interface Compiled<R> {
  readonly query: CompiledQuery<R>;
  /** Per parameter the slot it is filled from, or the constant it is. */
  readonly parameters: readonly unknown[];
}

type Values = Readonly<Record<string, unknown>>;

/**
 * A statement of the hot paths: built and compiled at its first call, later only its values are bound, which is several
 * times faster. `build` uses each value of `values` as a value of a column, and never looks at it:
 *
 *     const insertNote = compileOnce((db, note: { id: string; text: string }) => db.insertInto('note').values(note));
 *     await insertNote(tx, { id, text });
 *
 * Values that are undefined are absent: each set of values that come is a statement of its own.
 */
export function compileOnce<V extends object, R>(
  build: (db: Kysely<Database>, values: V) => Compilable<R>,
): (ctx: Pick<Context, 'db'>, values: V) => Promise<QueryResult<R>> {
  const execute = compileRowsOnce<V, R>((db, [values]) => build(db, values as V));
  return (ctx, values) => execute(ctx, [values]);
}

/** The same for a statement over a list of rows, all with the same columns; each length of list is a statement of its own. */
export function compileRowsOnce<V extends object, R>(
  build: (db: Kysely<Database>, rows: readonly V[]) => Compilable<R>,
): (ctx: Pick<Context, 'db'>, rows: readonly V[]) => Promise<QueryResult<R>> {
  // Only what was derived from `build` is kept, once per SQL dialect.
  const compiled = new Map<unknown, Map<string, Compiled<R>>>();
  const compile = (db: Kysely<Database>, names: readonly string[], length: number): Compiled<R> => {
    const slots = Array.from({ length }, (_, row) =>
      Object.fromEntries(names.map((name) => [name, new Slot(row, name)])),
    );
    const query = build(db, slots as V[]).compile();
    return { query, parameters: query.parameters };
  };
  const find = (db: Kysely<Database>, dialect: unknown, rows: readonly V[]): Compiled<R> => {
    const names = presentIn(rows[0] as Values);
    const shape = `${rows.length} ${names.join()}`;
    const ofDialect = compiled.get(dialect) ?? new Map<string, Compiled<R>>();
    const known = ofDialect.get(shape);
    if (known) return known;
    const statement = compile(db, names, rows.length);
    compiled.set(dialect, ofDialect.set(shape, statement));
    return statement;
  };
  return (ctx, rows) => {
    const executor = ctx.db.getExecutor();
    const statement = find(ctx.db, executor.adapter.constructor, rows);
    const parameters = statement.parameters.map((parameter) =>
      parameter instanceof Slot ? (rows[parameter.row] as Values)[parameter.name] : parameter,
    );
    // What kysely's own way adds, it adds for plugins and cancellation; here it would cost more than the statement.
    return executor.provideConnection((connection) => connection.executeQuery<R>({ ...statement.query, parameters }));
  };
}

const presentIn = (values: Values): string[] => Object.keys(values).filter((name) => values[name] !== undefined);
