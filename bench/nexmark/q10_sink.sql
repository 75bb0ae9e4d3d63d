-- A file for every minute.
CREATE SINK q10_files FROM q10 WITH (connector = 'file', path = '${NEXMARK_FILES}', partition_by = 'dt, hm', format = 'csv');
