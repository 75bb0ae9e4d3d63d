import type { Column, LateSample, QualityRule, RuleAction, SourceQuality } from '../api/types.ts';
import { formatCount, formatShare } from '../format/numbers.ts';
import { h, keyed, setText } from '../ui/dom.ts';
import type { TileFactory } from './tile.ts';

const Acted: Record<RuleAction, string> = { WARN: 'only warned', 'DROP ROW': 'dropped', QUARANTINE: 'quarantined', FAIL: 'failed' };

const Figures: readonly [string, (source: SourceQuality) => number, string][] = [
  ['seen', (one) => one.seen, 'Records that arrived'],
  ['accepted', (one) => one.accepted, 'Rows that passed every rule'],
  ['dead letters', (one) => one.deadLetters, 'Records set aside with their raw bytes'],
  ['late', (one) => one.late, 'Rows whose window was already closed'],
  ['duplicates', (one) => one.duplicates, 'Rows that had been seen before'],
  ['unreadable', (one) => one.undecodable, 'Records that could not be decoded'],
  ['without time', (one) => one.timeless ?? 0, 'Rows whose event time is missing, which fall in no window'],
];

const Columns: Column[] = ['rule', 'on', 'action', 'condition'].map((name) => ({ name, type: 'TEXT' })).concat(['seen', 'passed', 'violated', 'acted'].map((name) => ({ name, type: 'BIGINT' })));

/** What cleaning did: the figures of each source and, for each rule, how many rows it saw, found wanting and acted on. */
export const quality: TileFactory = (tile, app) => {
  const element = h('div', { class: 'quality' });
  const sources = (): SourceQuality[] => (app.live.quality?.sources ?? []).filter((one) => tile.view === null || one.source === tile.view);

  return {
    element,
    topics: ['quality'],
    isEmpty: () => sources().every((one) => one.seen === 0),
    draw() {
      keyed(element, sources(), (one) => one.source, makeSource, (section, one) => drawSource(section, one, sources().length > 1));
    },
    table: () => ({
      columns: Columns,
      rows: sources().flatMap((one) => one.rules).map((rule) => [rule.name, rule.on, rule.action, rule.predicate, rule.seen, rule.passed, rule.violated, rule.acted]),
      order: -1,
    }),
  };
};

const makeSource = (source: SourceQuality): HTMLElement =>
  h('div', { class: 'quality-source' }, h('h3', {}, source.source), h('dl', { class: 'figures' }),
    h('details', { class: 'late-samples' }, h('summary', {}, 'Some of the late rows'), h('ul')), h('ul', { class: 'rules' }));

function drawSource(section: HTMLElement, source: SourceQuality, named: boolean): void {
  const [title, figures, late, rules] = section.children as unknown as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  title.hidden = !named;
  keyed(figures, Figures, ([name]) => name, ([name, , hint]) => h('div', { title: hint }, h('dt', {}, name), h('dd')), (item, [name, value]) => {
    setText(item.lastElementChild!, formatCount(value(source)));
    item.classList.toggle('is-zero', value(source) === 0);
    item.hidden = name === 'without time' && value(source) === 0;
    item.classList.toggle('is-bad', value(source) > 0 && (name === 'dead letters' || name === 'unreadable'));
  });
  const samples = source.lateSamples ?? [];
  late.hidden = samples.length === 0;
  keyed(late.lastElementChild as HTMLElement, samples, (sample) => `${sample.view} ${sample.windowEnd} ${sample.row}`, makeSample, () => {});
  keyed(rules, source.rules, (rule) => `${rule.on}.${rule.name}`, makeRule, drawRule);
}

const toSecond = (time: string): string => time.slice(0, 19).replace('T', ' ');

function makeSample(sample: LateSample): HTMLElement {
  return h('li', {}, h('code', {}, sample.row), ` missed ${sample.view}: closed at ${toSecond(sample.windowEnd)}, watermark at ${toSecond(sample.watermark)}`);
}

function makeRule(rule: QualityRule): HTMLElement {
  const bar = h('span', { class: 'rule-bar', 'aria-hidden': 'true' }, h('span', { class: 'rule-violated' }), h('span', { class: 'rule-acted' }));
  return h('li', { class: 'rule', 'data-action': rule.action },
    h('span', { class: 'rule-name' }, rule.name.replaceAll('_', ' ')),
    h('span', { class: 'badge' }, rule.action.toLowerCase()),
    h('span', { class: 'rule-share' }),
    bar,
    h('code', { class: 'rule-predicate', title: rule.predicate }, rule.predicate),
    h('span', { class: 'rule-count' }));
}

function drawRule(item: HTMLElement, rule: QualityRule): void {
  const width = (part: number) => (part === 0 || rule.seen === 0 ? '0' : `max(3px, ${((part / rule.seen) * 100).toFixed(3)}%)`);
  item.querySelector<HTMLElement>('.rule-violated')!.style.width = width(rule.violated);
  item.querySelector<HTMLElement>('.rule-acted')!.style.width = width(rule.acted);
  item.classList.toggle('is-clean', rule.violated === 0);
  setText(item.querySelector('.rule-share')!, rule.violated === 0 ? 'all pass' : formatShare(rule.violated, rule.seen));
  const words = rule.violated === 0 ? `${formatCount(rule.seen)} seen` : `${formatCount(rule.violated)} of ${formatCount(rule.seen)} violated, ${rule.action === 'WARN' ? '' : `${formatCount(rule.acted)} `}${Acted[rule.action]}`;
  setText(item.querySelector('.rule-count')!, words);
}
