import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Context } from './context.ts';
import type { Database } from './database.ts';

/** Stands for a value that comes with every call. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

interface Compiled<R> {
  readonly query: CompiledQuery<R>;
  /** Per parameter the slot it is filled from, or the constant it is. */
  readonly parameters: readonly unknown[];
}

/**
 * A statement of the hot paths: built and compiled at its first call, later only its values are bound, which is several
 * times faster. `build` uses each value of `values` as a value of a column, and never looks at it:
 *
 *     const insertNote = compileOnce((db, values: { id: string; text: string }) =>
 *       db.insertInto('note').values({ id: values.id, text: values.text }));
 *     await insertNote(tx, { id, text });
 */
export function compileOnce<V extends object, R>(
  build: (db: Kysely<Database>, values: V) => Compilable<R>,
): (ctx: Pick<Context, 'db'>, values: V) => Promise<QueryResult<R>> {
  // Only what was derived from `build` is kept, once per SQL dialect.
  const compiled = new Map<unknown, Compiled<R>>();
  const compile = (db: Kysely<Database>): Compiled<R> => {
    const slots = new Proxy({}, { get: (_target, name) => new Slot(String(name)) }) as V;
    const query = build(db, slots).compile();
    return { query, parameters: query.parameters };
  };
  return (ctx, values) => {
    const dialect = ctx.db.getExecutor().adapter.constructor;
    const statement = compiled.get(dialect) ?? compile(ctx.db);
    compiled.set(dialect, statement);
    const parameters = statement.parameters.map((parameter) =>
      parameter instanceof Slot ? values[parameter.name as keyof V] : parameter,
    );
    return ctx.db.executeQuery({ ...statement.query, parameters });
  };
}
