import type { Pipeline, PipelineNode, Quality, QualityRule, SourceQuality } from '../api/types.ts';
import { formatCount } from '../format/numbers.ts';
import { formatMoment, isEnd, milliseconds, type Zone } from '../format/times.ts';

/** Why a tile has nothing to show, for somebody who did not write the pipeline. */
export interface Reason {
  title: string;
  text: string;
}

/** The node of a view and all that feed it, the view first. */
export function upstream(pipeline: Pipeline, view: string): PipelineNode[] {
  const byId = new Map(pipeline.nodes.map((node) => [node.id, node]));
  const found = new Map<string, PipelineNode>();
  const visit = (id: string) => {
    const node = byId.get(id);
    if (!node || found.has(id)) return;
    found.set(id, node);
    node.inputs.forEach(visit);
  };
  visit(view);
  return [...found.values()];
}

/** Looks upstream of an empty view for the first thing that explains it: a failure, no input, bad bytes, a rule, lateness, the watermark. */
export function whyEmpty(view: string, pipeline: Pipeline | null, quality: Quality | null, zone: Zone): Reason {
  if (!pipeline) return { title: 'Waiting for the pipeline', text: 'The server has not said yet what runs.' };
  if (pipeline.state === 'failed') return { title: 'The pipeline has failed', text: pipeline.error ?? 'See the log of millrace for the reason.' };

  const nodes = upstream(pipeline, view);
  const names = new Set(nodes.map((node) => node.id));
  const sources = nodes.filter((node) => node.kind === 'source');
  const from = sources.map((node) => node.label).join(', ') || 'the source';
  const arrived = sources.reduce((sum, node) => sum + node.rowsIn, 0);
  const done = pipeline.state === 'finished';
  if (arrived === 0) return noInput(from, done);

  const feeding = (quality?.sources ?? []).filter((source) => names.has(source.source));
  return (
    undecoded(feeding) ??
    droppedBy(feeding.flatMap((source) => source.rules), names) ??
    late(nodes, view) ??
    waiting(arrived, from, done, nodes.find((node) => node.id === view), zone)
  );
}

function noInput(from: string, done: boolean): Reason {
  return done
    ? { title: 'No rows came', text: `${from} ended without a single row.` }
    : { title: 'No rows yet', text: `Nothing has arrived from ${from}. This tile fills as soon as rows come.` };
}

function undecoded(sources: readonly SourceQuality[]): Reason | null {
  const bad = sources.find((source) => source.seen > 0 && source.undecodable === source.seen);
  if (!bad) return null;
  return { title: 'No record could be read', text: `All ${formatCount(bad.seen)} records of ${bad.source} were malformed. Check its format; dead_letters names each line.` };
}

function droppedBy(rules: readonly QualityRule[], names: ReadonlySet<string>): Reason | null {
  const rule = rules.find((one) => names.has(one.on) && one.action !== 'WARN' && one.seen > 0 && one.acted === one.seen);
  if (!rule) return null;
  const did = rule.action === 'QUARANTINE' ? 'quarantined' : 'dropped';
  return { title: `A rule ${did} every row`, text: `${rule.name} (${rule.predicate}) ${did} all ${formatCount(rule.seen)} rows that reached ${rule.on}.` };
}

function late(nodes: readonly PipelineNode[], view: string): Reason | null {
  const node = nodes.find((one) => one.id === view);
  if (!node || node.rowsIn === 0 || node.late < node.rowsIn) return null;
  return { title: 'Every row came too late', text: `All ${formatCount(node.late)} rows belong to windows that were already closed. A longer WATERMARK delay would keep them.` };
}

function waiting(arrived: number, from: string, done: boolean, node: PipelineNode | undefined, zone: Zone): Reason {
  const rows = `${formatCount(arrived)} rows arrived from ${from}`;
  if (node && node.rowsIn === 0) return { title: 'Nothing reaches this view', text: `${rows}, but no row passed the conditions before ${node.label}.` };
  const watermark = milliseconds(node?.watermark ?? null);
  if (done || (watermark !== null && isEnd(watermark))) return { title: 'No result', text: `${rows}; none of them gave a row here.` };
  if (watermark === null) return { title: 'Waiting for event time', text: `${rows}; the watermark has not started, so no window is closed yet.` };
  return { title: 'No result yet', text: `${rows}; event time stands at ${formatMoment(watermark, zone)} and no window has given a row.` };
}
