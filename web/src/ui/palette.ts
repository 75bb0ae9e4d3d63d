/** How many series have a colour of their own; styles/tokens.css defines them for both themes. */
export const SeriesColours = 8;

/** The custom property of a series' colour. */
export const seriesColour = (index: number): string => `var(--series-${index % SeriesColours})`;

/** The present value of a custom property, for a canvas that cannot read it itself. */
export const colourOf = (property: string): string => getComputedStyle(document.documentElement).getPropertyValue(property).trim();
