/** The list that was looked at last, so that a ticket knows its neighbours and the way back. */
interface LastList { href: string; ids: { id: string; reference: string }[] }

let last: LastList = { href: '/tickets', ids: [] };
let opened: string | null = null;

export const rememberList = (list: LastList) => { last = list; };
export const lastList = () => last;

/** Says which ticket is being read, by id or reference; null = none any more. */
export const rememberOpened = (ticket: string | null) => { opened = ticket; };

/** The ticket that one comes back from to the list at this address. */
export const comesBackFrom = (href: string) => last.href === href && opened !== null ? last.ids.find(x => x.reference === opened || x.id === opened) : undefined;
