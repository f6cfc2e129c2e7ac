import { Fragment, useRef, useState } from 'react';
import Markdown from 'react-markdown';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';
import type { Wire } from '../api/client';
import { prose } from './prose';
import classes from './ticket.module.css';

/** What somebody wrote. Markdown becomes elements and never markup; HTML from outside is shut in a frame that runs nothing. */
export function CommentText({ body, format }: { body: string; format: Wire<'CommentResponse'>['format'] }) {
  if (format === 'html') return <HtmlFrame html={body} />;
  if (format === 'plain') return <div className={classes.plain}>{body}</div>;
  const paragraphs = prose(body);
  return <div className={classes.markdown}>{paragraphs ? paragraphs.map((lines, i) => <p key={i}>{lines.map((line, n) => <Fragment key={n}>{n > 0 && <br />}{line}</Fragment>)}</p>) : <Rendered body={body} />}</div>;
}

/** Parsing costs a page more than everything else that is drawn for a comment, so it is only done where there can be Markdown. */
export function Rendered({ body }: { body: string }) {
  return (
    <Markdown remarkPlugins={[remarkGfm, remarkBreaks]} skipHtml components={{
      a: ({ href, children }) => <a href={href} target="_blank" rel="noopener noreferrer nofollow">{children}</a>,
      // a picture from elsewhere would tell its owner who reads when
      img: ({ src, alt }) => typeof src !== 'string' ? null : src.startsWith('/api/v1/attachments/') ? <img src={src} alt={alt ?? ''} /> : <a href={src} target="_blank" rel="noopener noreferrer nofollow">{alt || src}</a>,
    }}>{body}</Markdown>
  );
}

const frameStyle = 'body{font:14px/1.5 system-ui,sans-serif;margin:0;overflow-wrap:anywhere}img{max-width:100%}';

/**
 * Without allow-scripts nothing in it runs, and the page's policy, which the frame inherits, loads nothing from elsewhere; same-origin
 * lets us measure it, which is all that is done with it.
 */
function HtmlFrame({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(60);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
  return (
    <iframe ref={frame} title="HTML" className={classes.html} sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" style={{ height }}
      srcDoc={`<!doctype html><meta charset="utf-8"><base target="_blank"><style nonce="${nonce}">${frameStyle}</style>${html}`}
      onLoad={() => { setHeight(Math.min(2000, (frame.current?.contentDocument?.documentElement.scrollHeight ?? 60) + 8)); }} />
  );
}
