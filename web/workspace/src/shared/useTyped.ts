import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

/**
 * Words as they are typed, told without blanks around them a moment after the last key. What comes from elsewhere takes their place,
 * but not what was told itself: whoever types a blank and thinks keeps the blank.
 */
export function useTyped(value: string, tell: (words: string) => void, delay = 200) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (value !== told) {
      setText(value);
      setTold(value);
    }
  }

  function say(words: string) {
    setTold(words);
    tell(words);
  }

  const later = useDebouncedCallback(say, delay);
  return {
    text,
    type: (next: string) => { setText(next); later(next.trim()); },
    /** Without waiting. */
    now: (next: string) => { later.cancel(); setText(next); say(next.trim()); },
  };
}
