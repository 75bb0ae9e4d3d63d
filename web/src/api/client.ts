import type { Dashboard, Pipeline, Quality, SqlFile } from './types.ts';

/** The server answered, but not with what was asked for. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads one JSON document of the API; an answer that is not OK becomes an {@link ApiError} with the server's own words. */
async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, cache: 'no-store', signal: AbortSignal.timeout(10_000) });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as { title?: string; detail?: string } | null;
  throw new ApiError(response.status, problem?.detail ?? problem?.title ?? `${path} answered ${response.status}`);
}

export const getDashboards = async (): Promise<Dashboard[]> => (await get<{ dashboards: Dashboard[] }>('/api/dashboards')).dashboards;
export const getPipeline = (): Promise<Pipeline> => get('/api/pipeline');
export const getQuality = (): Promise<Quality> => get('/api/quality');
export const getSql = (): Promise<SqlFile> => get('/api/sql');
