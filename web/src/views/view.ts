/** A page within the page. The shell shows one at a time. */
export interface View {
  readonly element: HTMLElement;
  /** The title of the document while it is shown. */
  readonly title: string;
  /** The materialized views whose rows it needs. */
  readonly follows: readonly string[];
  close(): void;
}
