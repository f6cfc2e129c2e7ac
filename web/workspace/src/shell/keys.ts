import { useEffect, useRef, useSyncExternalStore } from 'react';

/** A thing that can be done, by key and from the palette. */
export interface Command {
  id: string;
  label: string;
  /** `c`, `g then i` as `g i`, `mod+k`; several by comma. Without one it is in the palette only. */
  keys?: string;
  run: () => void;
  /** Everywhere, or on the present page only. */
  scope?: 'everywhere' | 'page';
  /** Words to find it by, beside its label. */
  also?: string;
  /** Not in the palette: what only makes sense as a key. */
  keyOnly?: boolean;
  /** Works while typing too. Only for keys with a modifier. */
  whileTyping?: boolean;
}

const commands = new Map<symbol, Command[]>();
const watchers = new Set<() => void>();
let all: Command[] = [];

function changed() {
  all = [...commands.values()].flat();
  watchers.forEach(w => { w(); });
}

/** Everything that can be done now: for the palette and the sheet of keys. */
export const useAllCommands = () => useSyncExternalStore(w => { watchers.add(w); return () => watchers.delete(w); }, () => all);

/** Adds commands while the component is there. They may close over anything: the latest ones run. */
export function useCommands(list: Command[]) {
  const latest = useRef(list);
  useEffect(() => { latest.current = list; });
  const shape = list.map(c => `${c.id}|${c.label}|${c.keys ?? ''}`).join('\n');
  useEffect(() => {
    const me = Symbol('commands');
    commands.set(me, latest.current.map((c, i) => ({ ...c, run: () => { latest.current[i]?.run(); } })));
    changed();
    return () => { commands.delete(me); changed(); };
  }, [shape]);
}

const singleOff = 'deskhand.noSingleKeys';
let singles = localStorage.getItem(singleOff) === null;
const singleWatchers = new Set<() => void>();

/** Whether keys without a modifier do something (WCAG 2.1.4: they can be turned off). */
export const useSingleKeys = () => useSyncExternalStore(w => { singleWatchers.add(w); return () => singleWatchers.delete(w); }, () => singles);

export function setSingleKeys(on: boolean) {
  singles = on;
  if (on) localStorage.removeItem(singleOff); else localStorage.setItem(singleOff, '1');
  singleWatchers.forEach(w => { w(); });
}

/** The name of a key stroke as commands write it. */
export function stroke(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  // a character such as ? has its shift in it already
  const shift = event.shiftKey && (event.key.length > 1 || mod || /[a-z]/i.test(event.key)) ? 'shift+' : '';
  return mod + (event.altKey ? 'alt+' : '') + shift + key;
}

/** Whether a dialog is open: it has the keyboard to itself. */
export const hasDialog = () => document.querySelector('[role=dialog][aria-modal=true]') !== null;

let begun = '';
let forget: ReturnType<typeof setTimeout> | undefined;

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type))
  || target instanceof HTMLElement && target.closest('[role=listbox],[role=menu],[role=combobox]') !== null;

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return;
  const struck = stroke(event);
  const isModified = struck.startsWith('mod+') || struck.startsWith('alt+');
  const typing = isTyping(event.target);
  if (!isModified && (typing || !singles)) return;
  if (!isModified && hasDialog()) return;
  const sequence = begun ? `${begun} ${struck}` : struck;
  begun = '';
  clearTimeout(forget);
  // the page's own come first: they were added last
  for (let i = all.length - 1; i >= 0; i--) {
    const command = all[i]!;
    if (!command.keys?.split(',').includes(sequence) || (typing && !command.whileTyping)) continue;
    event.preventDefault();
    command.run();
    return;
  }

  if (!isModified && all.some(c => c.keys?.split(',').some(k => k.startsWith(`${sequence} `)))) {
    begun = sequence;
    forget = setTimeout(() => { begun = ''; }, 1200);
  }
}

window.addEventListener('keydown', onKey);
