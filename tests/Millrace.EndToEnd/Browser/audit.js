// What a reader who cannot see well, or has no mouse, would stumble over on the page as it is now: a list of sentences, empty where all is well.
() => {
  const found = [];
  const where = (element) => `<${element.localName}${element.getAttribute('class') ? ` class="${element.getAttribute('class')}"` : ''}> "${(element.textContent ?? '').trim().slice(0, 40)}"`;
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const isSpoken = (element) => !element.closest('[aria-hidden="true"]');
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
  const textOf = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  const spoken = (element) => [...element.childNodes].map((node) =>
    node.nodeType === Node.TEXT_NODE ? node.data : node.nodeType === Node.ELEMENT_NODE && isSpoken(node) ? node.getAttribute('aria-label') ?? node.getAttribute('alt') ?? spoken(node) : '').join('');
  const nameOf = (element) => (textOf(element.getAttribute('aria-labelledby') ?? '') || element.getAttribute('aria-label') || element.getAttribute('alt') || spoken(element) || element.getAttribute('title') || '').trim();

  // Names.
  for (const control of all('a[href], button, input, select, textarea, [role="button"], [role="link"], [tabindex]:not([tabindex="-1"])'))
    if (isSpoken(control) && nameOf(control) === '') found.push(`has no name: ${where(control)}`);
  for (const picture of all('img, svg, canvas'))
    if (isSpoken(picture) && !picture.parentElement.closest('svg') && nameOf(picture) === '') found.push(`picture has neither name nor aria-hidden: ${where(picture)}`);
  for (const table of all('table')) if (!table.caption && nameOf(table) === '') found.push(`table has no caption: ${where(table)}`);

  // Structure.
  if (document.documentElement.lang === '') found.push('the document has no language');
  if (document.title === '') found.push('the document has no title');
  if (all('h1').length !== 1) found.push(`there are ${all('h1').length} headings of level 1`);
  for (const landmark of ['header', 'nav', 'main', 'footer'])
    if (all(landmark).filter((one) => !one.parentElement.closest('main, section, article, aside, nav')).length !== 1) found.push(`there is not one ${landmark}`);
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) found.push(`id stands twice: ${id}`);
  for (const element of document.querySelectorAll('[aria-labelledby]')) if (textOf(element.getAttribute('aria-labelledby')).trim() === '') found.push(`label is missing: ${where(element)}`);
  for (const element of document.querySelectorAll('[tabindex]')) if (element.tabIndex > 0) found.push(`tabindex is positive: ${where(element)}`);
  for (const element of all('[aria-hidden="true"] a[href], [aria-hidden="true"] button, [aria-hidden="true"] [tabindex="0"]')) found.push(`can be reached but is hidden: ${where(element)}`);

  // Contrast.
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const backgroundOf = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      layers.push(read(getComputedStyle(one).backgroundColor));
      const card = one.localName === 'g' && one.querySelector(':scope > .node-card');
      if (card) layers.push(read(getComputedStyle(card).fill));
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (channel) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const opacityOf = (element) => (element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() === '' || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'title'].includes(element.nodeName) || !isShown(element) || element.closest('.sr-only, .skip, :disabled')) continue;
    const style = getComputedStyle(element);
    const background = backgroundOf(element);
    const colour = read(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(over([...colour.slice(0, 3), colour[3] * opacityOf(element)], background)), luminance(background)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)}: ${where(element)}`);
  }
  return [...new Set(found)];
}
