export const access = {
  signIn: {
    title: 'Sign in', email: 'E-mail', password: 'Password', submit: 'Sign in', forgot: 'Forgot your password?', tenant: 'Which desk?', code: 'Six-digit code', codeHint: 'Open your authenticator app.',
    ended: 'Your session has ended. Sign in to go on where you were.', back: 'Use another account',
  },
  forgot: { title: 'Reset your password', intro: 'Enter your e-mail address. If it has an account here, a link is on its way.', submit: 'Send the link', sent: 'If this address has an account, look in your mailbox.', back: 'Back to sign-in' },
  reset: { title: 'Choose a password', invited: 'Welcome. Choose a password to begin.', password: 'New password', hint: 'At least ten characters.', submit: 'Save and sign in', bad: 'This link is not, or no longer, good. Ask for another one.' },
} as const;
