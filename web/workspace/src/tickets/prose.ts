/** What Markdown, its tables, strikes and links by themselves are made of (CommonMark 0.31, GFM 0.29), wherever it stands in a line or at its beginning. */
const marks = /[\\`*_#>[\]<|~&@\0]|:\/\/|www\.|^[ \t]|^(?:[-+=]|\d+[.)])/im;

/** The paragraphs of a text, line by line, when nothing in it can be Markdown, as in most of what people write; otherwise null. */
export function prose(text: string): string[][] | null {
  const lines = text.replace(/\r\n?/g, '\n').replace(/[ \t]+$/gm, '');
  if (marks.test(lines)) return null;
  return lines.split(/\n{2,}/).map(p => p.split('\n').filter(l => l !== '')).filter(p => p.length > 0);
}
