/** How much and how long the server works for a request. */
export interface Limits {
  /** Bytes of a JSON body. */
  readonly body: number;
  /** Bytes of a CSV body. */
  readonly table: number;
  /** Rows of a table, and people invented at once. */
  readonly rows: number;
  /** Tables that are completed or invented at the same time, those that wait included. */
  readonly tables: number;
  /** Milliseconds for a body to come. */
  readonly bodyTime: number;
  /** Milliseconds for an answer about one person. */
  readonly time: number;
  /** Milliseconds for a table. */
  readonly tableTime: number;
}

export const defaultLimits: Limits = { body: 1 << 20, table: 64 << 20, rows: 1_000_000, tables: 4, bodyTime: 20_000, time: 30_000, tableTime: 600_000 };
