/** A key for a thing with this name: lower-case letters, digits and _, beginning with a letter, at most 60 long, and none of those taken. */
export function keyFor(name: string, taken: string[]): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 50) || 'status';
  for (let n = 1; ; n++) {
    const key = n === 1 ? plain : `${plain}_${n}`;
    if (!taken.includes(key)) return key;
  }
}
