type Child = Node | string | null | false;
type Props = Record<string, string | number | boolean | null | ((event: never) => void)>;

function fill<T extends Element>(element: T, props: Props, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** Makes an HTML element; a property `onclick` is a listener, null and false leave an attribute out. */
export const h = <K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] =>
  fill(document.createElement(tag), props, children);

/** Makes an SVG element. */
export const s = <K extends keyof SVGElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): SVGElementTagNameMap[K] =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);

/** Changes a text only when it differs, so that selections and screen readers are left in peace. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttributes(element: Element, props: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(props)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

/** Keeps one child per key in the given order, making, updating and removing only what changed. */
export function keyed<T, E extends Element>(parent: Element, items: readonly T[], key: (item: T, index: number) => string, make: (item: T) => E,
  update: (element: E, item: T, index: number) => void): void {
  const present = new Map([...parent.children].map((child) => [child.getAttribute('data-key'), child as E]));
  items.forEach((item, index) => {
    const id = key(item, index);
    let element = present.get(id);
    if (element) present.delete(id);
    else {
      element = make(item);
      element.setAttribute('data-key', id);
    }
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
    update(element, item, index);
  });
  present.forEach((element) => element.remove());
}
