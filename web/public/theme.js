// Runs before the first paint, so that a remembered theme does not flash.
try {
  const theme = JSON.parse(localStorage.getItem('millrace.settings') || '{}').theme;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be refused: the system's theme holds.
}
