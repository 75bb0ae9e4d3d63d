-- The tills: makes up sales of eight shops as they happen, and writes each line as a message into a topic.
--
-- ${BROKERS}: brokers of Kafka, host:port with commas. ${RATE}: lines a second.

CREATE SOURCE lines (order_id BIGINT, line INTEGER, at TIMESTAMP, shop TEXT, country TEXT, product TEXT, quantity INTEGER, price DECIMAL(10,2))
  WITH (connector = 'generator', template = 'sales', rate = '${RATE}', dirt.malformed = '0', dirt.late = '0', dirt.max_delay = '2 seconds', bad_data = 'drop');

CREATE VIEW receipts AS SELECT * FROM lines;

CREATE SINK sales FROM receipts WITH (connector = 'kafka', brokers = '${BROKERS}', broker.version = '0.9.0', topic = 'sales', mode = 'append', message_key = 'order_id');
