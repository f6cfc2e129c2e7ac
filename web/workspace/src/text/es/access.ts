import type { Catalogue } from '..';

export const access: Catalogue['access'] = {
  signIn: {
    title: 'Iniciar sesión', email: 'Correo electrónico', password: 'Contraseña', submit: 'Iniciar sesión', forgot: '¿Olvidó su contraseña?', tenant: '¿Qué mesa de ayuda?', code: 'Código de seis cifras', codeHint: 'Abra su aplicación de autenticación.',
    ended: 'Su sesión ha terminado. Inicie sesión para seguir donde estaba.', back: 'Usar otra cuenta',
  },
  forgot: { title: 'Restablecer la contraseña', intro: 'Escriba su correo. Si tiene una cuenta aquí, recibirá un enlace.', submit: 'Enviar el enlace', sent: 'Si este correo tiene una cuenta, revise su buzón.', back: 'Volver al inicio de sesión' },
  reset: { title: 'Elija una contraseña', invited: 'Bienvenido. Elija una contraseña para empezar.', password: 'Contraseña nueva', hint: 'Al menos diez caracteres.', submit: 'Guardar e iniciar sesión', bad: 'Este enlace no es válido o ya no lo es. Pida otro.' },
};
