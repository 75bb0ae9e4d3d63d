// A made-up shop whose event time runs an hour in five seconds. The same run each time: all chance comes from one seed.
const Hour = 3_600_000;
const Start = Date.parse('2026-03-02T00:00:00Z');
const History = 52;
const TickMs = 250;
const EventPerTick = Hour / 20;

const Countries = [
  ['United Kingdom', 1], ['Germany', 0.62], ['France', 0.5], ['Netherlands', 0.33], ['Spain', 0.27],
  ['Sweden', 0.19], ['Republic of Ireland', 0.16], ['Portugal', 0.11], ['Channel Islands', 0.06], ['Norway', 0.05],
];
const Products = [
  ['White hanging heart T-light holder', 1], ['Regency cakestand 3 tier', 0.82], ['Jumbo bag red retrospot', 0.77], ['Party bunting', 0.7],
  ['Lunch bag red retrospot', 0.52], ['Assorted colour bird ornament', 0.48], ['Set of 3 cake tins pantry design', 0.4], ['Pack of 72 retrospot cake cases', 0.36],
  ['Paper chain kit 50’s Christmas', 0.3], ['Natural slate heart chalkboard', 0.27], ['Heart of wicker small', 0.22], ['Postage', 0.1],
];

const sqlText = `-- Sales as they happen: collected, cleaned, analysed, stored and charted.
CREATE SOURCE orders (
  invoice TEXT, product TEXT, description TEXT, quantity INTEGER, price DECIMAL(10,3),
  customer TEXT MASKED WITH (function = 'hash'), country TEXT, at TIMESTAMP,
  amount AS quantity * price,
  WATERMARK FOR at AS at - INTERVAL '10 seconds',
  CONSTRAINT has_product   EXPECT (product IS NOT NULL)  ON VIOLATION QUARANTINE,
  CONSTRAINT not_returned  EXPECT (quantity > 0)         ON VIOLATION DROP ROW,
  CONSTRAINT sane_price    EXPECT (price BETWEEN 0 AND 10000) ON VIOLATION WARN
) WITH (connector = 'generator', template = 'sales', rate = 2000, seed = 7)
  ON LATE TO late_orders;

/* One row an hour. */
CREATE MATERIALIZED VIEW revenue AS
  SELECT window_start, SUM(amount) AS revenue, COUNT(*) AS lines
  FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start;

CREATE MATERIALIZED VIEW revenue_by_country AS
  SELECT window_start, country, SUM(amount) AS revenue, COUNT(*) AS lines
  FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start, country;

CREATE DASHBOARD sales TITLE 'Live sales' (
  TILE kpi  'Revenue'           FROM revenue VALUE revenue FORMAT 'currency',
  TILE line 'Revenue per hour'  FROM revenue_by_country X window_start Y revenue SERIES country WIDTH 2,
  TILE bar  'Top countries'     FROM revenue_by_country X country Y revenue TOP 10,
  TILE quality 'Data quality'   FROM orders );
`;

const tile = (id, kind, title, view, more = {}) =>
  ({ id, kind, title, view, value: null, x: null, y: null, series: null, format: null, width: 1, top: null, ...more });

const Tiles = [
  tile('sales-0', 'kpi', 'Revenue', 'revenue', { value: 'revenue', x: 'window_start', format: 'currency' }),
  tile('sales-1', 'kpi', 'Order lines', 'revenue', { value: 'lines', x: 'window_start', format: 'number' }),
  tile('sales-2', 'kpi', 'Average basket', 'revenue', { value: 'basket', x: 'window_start', format: 'currency:GBP' }),
  tile('sales-3', 'kpi', 'Return rate', 'revenue', { value: 'return_rate', x: 'window_start', format: 'percent' }),
  tile('sales-4', 'line', 'Revenue per hour by country', 'revenue_by_country', { x: 'window_start', y: 'revenue', series: 'country', width: 3 }),
  tile('sales-5', 'bar', 'Top countries', 'revenue_by_country', { x: 'country', y: 'revenue', top: 10 }),
  tile('sales-6', 'line', 'Revenue per hour', 'revenue', { x: 'window_start', y: 'revenue', width: 2 }),
  tile('sales-7', 'bar', 'Best sellers', 'products', { x: 'product', y: 'units', top: 8, width: 2 }),
  tile('sales-8', 'table', 'Latest large orders', 'large_orders', { width: 2 }),
  tile('sales-9', 'quality', 'Data quality', 'orders', { width: 2 }),
  tile('sales-10', 'pipeline', 'Pipeline', null, { width: 3 }),
  tile('sales-11', 'line', 'Late orders', 'late_per_hour', { x: 'window_start', y: 'lines' }),
];

const Schemas = {
  revenue: { columns: [['window_start', 'TIMESTAMP'], ['revenue', 'DECIMAL(38,3)'], ['lines', 'BIGINT'], ['basket', 'DECIMAL(38,6)'], ['return_rate', 'DOUBLE']], key: ['window_start'] },
  revenue_by_country: { columns: [['window_start', 'TIMESTAMP'], ['country', 'TEXT'], ['revenue', 'DECIMAL(38,3)'], ['lines', 'BIGINT']], key: ['window_start', 'country'] },
  products: { columns: [['window_start', 'TIMESTAMP'], ['product', 'TEXT'], ['units', 'BIGINT']], key: ['window_start', 'product'] },
  large_orders: { columns: [['at', 'TIMESTAMP'], ['invoice', 'TEXT'], ['country', 'TEXT'], ['customer', 'TEXT'], ['amount', 'DECIMAL(18,3)']], key: [] },
  late_per_hour: { columns: [['window_start', 'TIMESTAMP'], ['lines', 'BIGINT']], key: ['window_start'] },
};

// source -> cleaning -> views -> sinks: [id, kind, inputs, detail, share of the rows]
const Nodes = [
  ['orders', 'source', [], 'generator sales, 2,000 rows/s', 1],
  ['returns', 'source', [], 'file returns.csv', 0.04],
  ['stock', 'source', [], 'http /ingest/stock', 0],
  ['orders_clean', 'clean', ['orders'], '3 rules, duplicates by invoice, product', 0.96],
  ['dead_letters', 'dead_letters', ['orders', 'returns'], 'quarantined and undecodable', 0.01],
  ['late_orders', 'materialized', ['orders_clean'], 'rows that came too late', 0.002],
  ['all_lines', 'view', ['orders_clean', 'returns'], 'UNION ALL', 1],
  ['revenue', 'materialized', ['all_lines'], 'TUMBLE 1 hour', 0.9],
  ['revenue_by_country', 'materialized', ['all_lines'], 'TUMBLE 1 hour by country', 0.9],
  ['products', 'materialized', ['all_lines'], 'TUMBLE 1 hour by product', 0.9],
  ['large_orders', 'materialized', ['orders_clean'], 'amount > 500', 0.02],
  ['late_per_hour', 'materialized', ['late_orders'], 'TUMBLE 1 hour', 0],
  ['stock_levels', 'materialized', ['stock', 'orders_clean'], 'SUM by product', 0.5],
  ['revenue_file', 'sink', ['revenue'], 'csv out/revenue.csv, FINAL', 0.001],
  ['archive', 'sink', ['revenue_by_country', 'products'], 'sqlite archive.db', 0.01],
];

export class Sales {
  #seed = 7;
  #listeners = new Set();
  #rows = { revenue: new Map(), revenue_by_country: new Map(), products: new Map(), late_per_hour: new Map() };
  #large = [];
  #invoice = 536_365;
  #now = Start + History * Hour;
  #arrived = 0;

  constructor(scenario) {
    this.scenario = scenario;
    this.version = 1;
    this.state = scenario === 'finished' || scenario === 'failed' ? scenario : 'running';
    this.started = new Date().toISOString();
    if (scenario === 'empty' || scenario === 'dropped') return;
    for (let hour = 0; hour < History; hour++) if (hour !== 20) this.#hour(Start + hour * Hour, 1);
    for (let i = 0; i < 40; i++) this.#order(this.#now - (40 - i) * 90_000);
    this.#arrived = 11_204_317;
    if (!this.ended) setInterval(() => this.#tick(), TickMs);
  }

  get ended() {
    return this.state !== 'running';
  }

  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dashboards() {
    const shop = { name: 'sales', title: 'Live sales', generated: this.scenario === 'generated', tiles: Tiles };
    return { dashboards: [shop] };
  }

  sql() {
    return { path: 'sales.sql', text: sqlText };
  }

  snapshot(view) {
    const { columns, key } = Schemas[view];
    const rows = view === 'large_orders' ? this.#large : [...this.#rows[view].values()];
    return { version: this.version, columns: columns.map(([name, type]) => ({ name, type })), key, append: view === 'large_orders', watermark: this.#watermark(), rows };
  }

  pipeline() {
    const rows = this.#arrivedNow();
    const running = this.state === 'running';
    return {
      version: this.version, name: 'sales', state: this.state, started: this.started,
      error: this.state === 'failed' ? "orders: the error budget bad_data.max_rate = 1 % is used up; 312 of 20,000 records could not be decoded. First: orders.csv, line 1,204: 'abc' is no DECIMAL(10,3)." : null,
      nodes: Nodes.map(([id, kind, inputs, detail, share]) => ({
        id, kind, label: id, detail, inputs,
        rowsIn: Math.round(rows * share), rowsOut: this.scenario === 'dropped' ? 0 : Math.round(rows * share * 0.98),
        rowsPerSecond: running && rows > 0 ? Math.round(2000 * share * (0.95 + this.#random() * 0.1) * 10) / 10 : 0,
        bytesIn: kind === 'source' ? Math.round(rows * share * 96) : 0, totalBytes: id === 'returns' ? 90_000_000 : null, heldBackBy: null,
        watermark: rows > 0 && share > 0 ? this.#watermark() : null, lagMs: rows > 0 && share > 0 ? 12_300 : null,
        late: id === 'orders_clean' ? 42 : 0, errors: id === 'orders' ? 318 : 0,
        stateRows: kind === 'materialized' ? 1440 : 0, stateBytes: kind === 'materialized' ? 184_000 : 0,
      })),
      memory: { usedBytes: 48_300_000, limitBytes: 1_000_000_000 }, commits: { count: this.version, lastMs: 3.2 },
    };
  }

  quality() {
    const seen = this.#arrivedNow();
    const dropped = this.scenario === 'dropped';
    const rule = (name, action, predicate, share) => {
      const violated = Math.round(seen * share);
      return { name, on: 'orders', action, predicate, seen, passed: seen - violated, violated, acted: action === 'WARN' ? 0 : violated };
    };
    return {
      version: this.version,
      sources: [{
        source: 'orders', seen, accepted: dropped ? 0 : Math.round(seen * 0.96), undecodable: dropped ? 0 : Math.min(318, seen), nulled: 0,
        duplicates: Math.round(seen * 0.011), late: Math.min(42, seen), deadLetters: Math.round(seen * 0.0031),
        rules: [
          rule('has_product', 'QUARANTINE', 'product IS NOT NULL', 0.0031),
          rule('not_returned', 'DROP ROW', 'quantity > 0', dropped ? 1 : 0.0187),
          rule('sane_price', 'WARN', 'price BETWEEN 0 AND 10000', 0.0004),
          rule('known_country', 'WARN', "country IN ('United Kingdom', 'Germany', 'France')", 0.21),
          rule('has_invoice', 'FAIL', 'invoice IS NOT NULL', 0),
        ],
      }],
    };
  }

  #arrivedNow() {
    return this.scenario === 'empty' ? 0 : this.scenario === 'dropped' ? 5120 : this.#arrived;
  }

  #watermark() {
    if (this.state === 'finished') return '9999-12-31T23:59:59.999999Z';
    return new Date(this.#now - 10_000).toISOString().replace('.000Z', 'Z');
  }

  #random() {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** Writes the rows of one hour as far as it has gone; `part` 1 is the whole. */
  #hour(start, part) {
    const at = new Date(start).toISOString().replace('.000Z', 'Z');
    const hour = (start / Hour) % 24;
    const rhythm = 0.25 + Math.max(0, Math.sin(((hour - 6) / 14) * Math.PI)) * (1 + 0.15 * Math.sin(start / Hour));
    const changed = { revenue: [], revenue_by_country: [], products: [], late_per_hour: [] };
    const put = (view, key, row) => {
      this.#rows[view].set(`${at}|${key}`, row);
      changed[view].push(row);
    };
    let total = 0;
    let lines = 0;
    for (const [country, weight] of Countries) {
      if (weight < 0.1 && hour < 5) continue;
      const wave = 0.85 + 0.3 * Math.abs(Math.sin(start / Hour / 3 + weight * 9));
      const amount = 4200 * weight * rhythm * wave * part;
      const count = Math.max(1, Math.round(amount / 19.4));
      total += amount;
      lines += count;
      put('revenue_by_country', country, [at, country, amount.toFixed(3), count]);
    }
    put('revenue', '', [at, total.toFixed(3), lines, (total / lines).toFixed(6), 0.018 + 0.008 * Math.sin(start / Hour / 5)]);
    for (const [product, weight] of Products) put('products', product, [at, product, Math.round(900 * weight * rhythm * part * (0.9 + 0.2 * Math.abs(Math.sin(start / Hour + weight * 7))))]);
    return changed;
  }

  #order(time) {
    const [country] = Countries[Math.floor(this.#random() ** 2 * Countries.length)];
    const row = [new Date(time).toISOString().replace('.000Z', 'Z'), String(this.#invoice++), country, this.#random() < 0.15 ? null : `c${Math.floor(this.#random() * 2 ** 32).toString(16).padStart(8, '0')}`, (500 + this.#random() ** 3 * 9000).toFixed(3)];
    this.#large.push(row);
    if (this.#large.length > 1000) this.#large.shift();
    return row;
  }

  #tick() {
    this.version++;
    this.#now += EventPerTick;
    this.#arrived += 500;
    const start = Math.floor(this.#now / Hour) * Hour;
    const changed = this.#hour(start, Math.max(0.03, (this.#now - start) / Hour));
    if (start + EventPerTick > this.#now) Object.assign(changed, this.#merge(changed, this.#hour(start - Hour, 1)));
    changed.large_orders = this.#random() < 0.3 ? [this.#order(this.#now)] : [];
    for (const [view, upserts] of Object.entries(changed)) {
      if (upserts.length === 0) continue;
      const delta = { version: this.version, watermark: this.#watermark(), upserts, deletes: [] };
      for (const listener of this.#listeners) listener(view, delta);
    }
  }

  #merge(a, b) {
    return Object.fromEntries(Object.keys(a).map((view) => [view, [...a[view], ...b[view]]]));
  }
}
