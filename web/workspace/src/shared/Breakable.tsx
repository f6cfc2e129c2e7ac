import { Fragment } from 'react';

/** An address, a key or another long word: where it has to be broken, then behind a sign and not within a name. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[@._/])/).map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>);
}
