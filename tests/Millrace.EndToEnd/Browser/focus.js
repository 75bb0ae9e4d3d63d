// What has the keyboard's focus: a mark that says which element it is, its words, and whether the focus is seen. Null at the end of the page.
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  element.dataset.tabbed = 'yes';
  const style = getComputedStyle(element);
  const card = element.querySelector(':scope > .node-card');
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const frame = card !== null && parseFloat(getComputedStyle(card).strokeWidth) >= 2;
  const box = element.getBoundingClientRect();
  const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return { words: (element.getAttribute('aria-label') ?? element.textContent).trim(), isSeen: (ring || frame) && inView };
}
