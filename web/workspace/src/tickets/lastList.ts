/** The list that was looked at last, so that a ticket knows its neighbours and the way back. */
interface LastList { href: string; ids: { id: string; reference: string }[] }

let last: LastList = { href: '/tickets', ids: [] };

export const rememberList = (list: LastList) => { last = list; };
export const lastList = () => last;
