import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { CommentText, Rendered } from './CommentText';
import { prose } from './prose';

const html = (node: ReactNode) => renderToStaticMarkup(node).replaceAll('\n', '').replace(/<div[^>]*>/, '<div>');
const asMarkdown = (body: string) => html(<div><Rendered body={body} /></div>);
const shown = (body: string) => html(<CommentText body={body} format="markdown" />);

test.each([
  'One line.', 'Two\nlines', 'Two\r\nparagraphs\r\n\r\nand a line', 'Ends with blanks  \nand goes on \n\n\n\nfar below\n', '', '\n\n', 'Price: 12,50 € (VAT 21%) - thanks! "Quoted" 50/50?', 'Año nuevo; ¿qué tal?', '2026 was good', 'a - b + c = d',
])('plain text looks as Markdown makes it: %j', text => {
  expect(prose(text)).not.toBeNull();
  expect(shown(text)).toBe(asMarkdown(text));
});

test.each(['*so*', '_so_', '# head', '- item', '+ item', '1. item', '2) item', '> said', '`code`', '    code', '[a](b)', 'https://a.example', 'see www.a.example', 'a@b.example', 'a | b', '~~no~~', 'head\n===', 'head\n---', '&amp;', '\\*', '<b>', 'a\n- b'])('what may be Markdown is left to it: %j', text => {
  expect(prose(text)).toBeNull();
});

test('whatever is taken for plain looks as Markdown makes it', () => {
  let seed = 20261122;
  const next = (below: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % below; };
  const pieces = ['a', 'B', ' ', '  ', '\n', '\n\n', '\t', '.', ',', '!', '-', '+', '=', '1', '1.', ')', '(', ':', ';', '"', '\'', '/', 'http:', 'www', 'mailto:x', 'é', '\u00a0', '\u200b', '%', '$', '^', '{', '}', '…', '\r\n'];
  let taken = 0;
  for (let i = 0; i < 1500; i++) {
    const text = Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join('');
    if (prose(text) === null) continue;
    taken++;
    expect(shown(text), JSON.stringify(text)).toBe(asMarkdown(text));
  }

  expect(taken).toBeGreaterThan(300);
}, 60_000);
