/** The days as the API names them, in the order of ISO 8601. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** A weekday's name; the eighth of January 2024 was a Monday. */
export const weekdayName = (day: (typeof weekdays)[number], language: string, weekday: 'long' | 'short' | 'narrow' = 'long') => new Intl.DateTimeFormat(language, { weekday, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 8 + weekdays.indexOf(day))));
