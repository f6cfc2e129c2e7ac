/** A key as words: `no_connection` is "No connection". What somebody wrote as words already stays as it is. */
export function words(key: string): string {
  return /^[a-z0-9_]+$/.test(key) ? (key.charAt(0).toUpperCase() + key.slice(1)).replaceAll('_', ' ') : key;
}
